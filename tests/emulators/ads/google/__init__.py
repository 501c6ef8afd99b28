"""Google Ads as a server for tests: REST and gRPC over the same accounts.

Requests and answers are the messages of the official client library, so unknown fields, wrong
types and names of errors are Google's own. What is required, which values are refused, and the
market behind the figures are written here. Only googleAds:mutate, :search and :searchStream are
served, with the resources that a search campaign needs.
"""
