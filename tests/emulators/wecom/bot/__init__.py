"""An emulator of WeCom's AI bots: the WebSocket that a bot connects to, the caller of a bot's URL,
people who talk to it, a ledger, faults and a clock of its own.

In a test, inside the same loop:

    async with WecomBotEmulator(scale=60, flood=0) as wecom:  # wecom.bot_id, .secret, .ws, .api
        li = wecom.user("lilei")
        li.says("你好")  # the bot gets aibot_msg_callback, now or as soon as it is connected
        wecom.group("wr1").hears(li, "@火客 你好")
        li.sends_file("表.csv", b"a,b")
        li.enters()  # enter_chat
        await wecom.until(lambda: wecom.shown("lilei"))  # messages as the person sees them
        li.presses("批准")  # a button of the newest card that has it
        wecom.fault("unseen", command="aibot_send_msg")  # done, but the client gets no ack
        wecom.kick()  # as if another program had connected
        wecom.ledger.effects("aibot_send_msg")  # what really happened

A bot in URL mode is called instead, with envelopes that are signed and encrypted:

    caller = await wecom.calls(url, token, aes_key)
    assert await caller.checks_the_url()
    li.says("你好")  # POST, then a refresh poll a second until the stream is finished
    caller.spoiling.signature = True  # and others: see caller.Spoiling

As a process of its own (it prints its addresses as its first line, as JSON), driven by JSON:

    python -m tests.emulators.wecom.bot --port 8090 --ledger wecom.jsonl
    curl -d '{"user": "lilei", "text": "你好"}' localhost:8090/__emu__/say
    curl -d '{"kind": "unseen", "command": "aibot_send_msg"}' localhost:8090/__emu__/fault
    curl 'localhost:8090/__emu__/shown?chat=lilei'

`scale` seconds of WeCom's pass in a real one; 0: only `wecom.clock.advance` moves it. The limits of
30 messages a minute and 1,000 an hour per conversation are on: `flood=0` switches them off. What is
said while no bot is connected waits for it; WeCom does not document whether it does. Every frame of
a stream counts as a message here, which it does not say either. Faults: see faults.Kind.
"""
