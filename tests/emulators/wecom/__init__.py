"""An emulator of WeCom: its HTTP interfaces and the calls it makes, with a ledger, faults and its
own clock.

In a test, inside the same loop:

    async with WecomEmulator(scale=0, flood=0) as wecom:  # its first app: wecom.app
        wecom.calls("http://127.0.0.1:8000/wecom_app")  # where the app is called; until then it waits
        assert await wecom.accepts_url()  # as the admin page does when it is saved
        li = wecom.member("lilei", "李雷")
        li.says("你好")  # posted, sealed, up to three times
        answer = await wecom.answer("lilei")  # the next message on the screen
        li.presses("批准")  # by the label of a button
        wecom.fault("reset_after", path="message/send", to="lilei")  # shown, but not seen
        wecom.fault("code", path="message/send", value=45009)
        wecom.world.tokens.expire()  # all tokens die: 42001; forget(): 40014
        wecom.ledger.shown("message/send", to="lilei")  # what really happened

By hand, or from another process, the same by HTTP: POST /__emu__/<action> with JSON, GET
/__emu__/<view>; see control.Control. More interfaces: add a call.Route to `wecom.api.routes`.
Everything is refused as WeCom refuses it, with 200 and an errcode; see errors. Members' limits (30 a
minute, 1,000 an hour, dropped in silence) and robots' (20 a minute) are on: `flood=0` switches
them off. Faults: see faults.Kind.
"""
