"""An emulator of the TikTok Business API v1.3: campaigns, ad groups, ads, their library, reports.

    async with TikTokEmulator(clock) as tiktok:
        account = tiktok.advertiser()  # .id, .token, .identity_id, .pixel_id, .image_id
        tiktok.url  # the host of the official SDK, or base_url of the settings
        tiktok.faults.next("code", "adgroup/create", code=50000)  # before the effect
        tiktok.faults.next("lost", "campaign/create")  # done, but a 504 was seen
        tiktok.faults.nth_write(4, "cut")  # the fifth write from now on
        account.expire(); account.revoke()  # the token
        account.campaigns  # what there is, deleted or not
        tiktok.calls  # what was asked, and the code of the answer

It refuses missing, unknown and wrongly typed fields, answers HTTP 200 with a code, creates ENABLEd
unless told otherwise, and blocks an app for five minutes that calls more than 600 times within one.
The sandbox's market is behind its reports; a day there passes when the clock says so.
"""
