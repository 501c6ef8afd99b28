"""An emulator of the Telegram Bot API: a real HTTP server with a ledger, faults and its own clock.

In a test, inside the same loop:

    async with TelegramEmulator(scale=60, flood=0) as telegram:  # bot: telegram.token, .url
        li = telegram.user(5001, "李雷", language="zh-hans")
        asked = li.says("/start")  # the bot gets an update
        answer = await telegram.answer(5001, after=asked)  # its next message in the chat
        li.presses("批准")  # by label or data
        telegram.business(boss).chat(li.user).says("多少钱？")  # see business.py
    telegram.fault("reset_after", method="sendMessage", chat=5001)  # sent, but not seen
        telegram.ledger.effects("sendMessage", chat=5001)  # what really happened

As a process of its own, driven from Python:

    with emulator_process("--ledger", "telegram.jsonl", "--flood", "0") as telegram:  # remote.py
        telegram.do("say", user=5001, text="/start")
        telegram.do("fault", kind="flood", value=3, method="sendMessage", chat=5001)
        telegram.wait_for(lambda: telegram.view("messages", chat=5001)[1:])
        telegram.view("ledger", since=0)

or by hand (it prints its URL as its first line; --port 0 takes a free one):

    python -m tests.emulators.telegram --port 8081 --ledger telegram.jsonl --token 70001:AAA
    curl -d '{"user": 5001, "text": "/start"}' localhost:8081/__emu__/say
    curl -d '{"kind": "flood", "value": 3, "method": "sendMessage"}' localhost:8081/__emu__/fault
    curl 'localhost:8081/__emu__/messages?chat=5001'

Clients: aiogram `TelegramAPIServer.from_base(url)`; python-telegram-bot `base_url=url + "/bot"`,
`base_file_url=url + "/file/bot"`. The limits of 1 message a second and chat (burst 5), 20 a minute
and group, 30 a second and bot are on: `flood=0` switches them off. Faults: see faults.Kind.
"""
