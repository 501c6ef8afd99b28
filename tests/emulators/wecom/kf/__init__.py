"""微信客服 in the emulator: accounts, sessions with their states, cursors, codes, and its people.

    async with WecomKfEmulator(scale=0) as wecom:
        wecom.calls("http://127.0.0.1:8000/wecom_kf", KF_AGENT)  # until then notices wait
        zhao = wecom.customer("赵敏")  # of the account wecom.account
        zhao.opens()  # enter_session, with a code that a greeting may use within 20 seconds
        zhao.says("你好")  # posted as a notice with a token of ten minutes; read by kf/sync_msg
        zhao.screen  # what she was sent, by kf/send_msg and kf/send_msg_on_event
        zhao.presses("转人工")  # a button of a menu
        lilei = wecom.servicer("lilei")
        lilei.takes(zhao)  # 3: from now on kf/send_msg is refused with 95018
        lilei.says(zhao, "我来了")  # origin 5
        lilei.ends(zhao)  # 4, until she writes again
        wecom.account.page, wecom.account.empty_pages = 2, 1  # sizes of pages, and empty ones first
        zhao.misses(msgid, 4)  # msg_send_fail: a message that was taken could not be delivered
        wecom.fault("code", path="kf/send_msg", value=95002)

Strict: five messages for each of a customer's, 48 hours, states, 2,048 bytes, menus of ten, msgids
of 32 letters. `flood=0` switches the counts off. A repeated msgid is answered, and not shown again.
From another process the same by HTTP: see control.KfControl.
"""
