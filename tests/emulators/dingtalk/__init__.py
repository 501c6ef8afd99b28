"""An emulator of DingTalk: its gateway with WebSockets, both HTTP APIs, a ledger, faults, a clock.

In a test, inside the same loop (settings: ding.client_id, .client_secret, .robot_code; `api` is
ding.url, `old_api` is ding.old_url):

    async with DingtalkEmulator(scale=60, flood=0) as ding:
        li = ding.user("manager807", "李雷")
        sales = ding.group("cidSales==", "销售群")
        asked = li.says("预算多少")  # pushed to one connection; waits while there is none
        li.says("本周线索", group=sales)  # at_bot=False: the robot does not hear it
        li.sends_file("leads.csv", b"...")  # also sends_picture, sends_audio, sends_rich
        answer = await ding.answer("manager807", after=asked)  # what the robot shows next
        pressed = li.presses("批准")  # on the newest card with it; group=sales for the group's
        await ding.wait_for(lambda: pressed.answer)  # data of the acknowledgement
        ding.delivered("manager807")  # list of Shown, as people see it now
        ding.delivered(sales.id)[-1].card.state  # processing, inputing, finished, executing, failed
        ding.faults.next("lost", "batchSend", chat="manager807")  # sent, but a 504 was seen
        ding.ledger.effects("batchSend", chat="manager807")  # what really happened
        await ding.wait_for(lambda: asked.state == "acked")  # waiting, sent, acked, given_up
        asked.again()  # the same msgId under a new messageId
        ding.event("user_add_org", {"userId": ["u1"]})  # for subscribers of EVENT *
        ding.disconnect()  # the frame, then TCP is closed 10 s later
        ding.drop(1011)  # all connections, at once; 1006: without a close frame
        ding.expire_tokens(); ding.expire_sessions()
        ding.template("mine.schema", text=("content",), buttons="buttons")  # a card of one's own
        ding.post_to("http://127.0.0.1:8080/dingtalk")  # HTTP mode: signed posts, not the stream
        alerts = ding.custom_robot(sales, secret="SEC0123")  # .access_token .secret
        ding.refusals  # calls and frames that were wrong: path, code, reason

As a process of its own, driven from Python (the actions and views are in control.py):

    with emulator_process("--ledger", "ding.jsonl", "--flood", "0") as ding:  # remote.py
        ding.do("user", user="manager807", name="李雷")
        ding.do("say", user="manager807", text="预算多少")
        ding.do("fault", kind="lost", api="batchSend")
        ding.wait_for(lambda: ding.view("delivered", chat="manager807"))
        ding.view("ledger", since=0)

or by hand (it prints its URL as its first line; --port 0 takes a free one):

    python -m tests.emulators.dingtalk --port 8083 --client-id dingabc --client-secret secret
    curl -d '{"user": "manager807", "text": "你好"}' localhost:8083/__emu__/say
    curl 'localhost:8083/__emu__/delivered?chat=manager807'

The limits of 20 calls a second, app and API (cards 40), and of a custom robot's 20 a minute are on:
`flood=0` switches them off. A push that is not acknowledged in `ack_within` seconds (60) comes again
under a new messageId. Faults: see faults.Kind.
"""
