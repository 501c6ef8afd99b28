"""Every table, imported so that one metadata knows them all."""

from storage.tables import campaign, memory, organisation, sandbox, trust, work

__all__ = ["campaign", "memory", "organisation", "sandbox", "trust", "work"]
