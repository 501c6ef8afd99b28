"""The emulator of WeCom is proved by clients that others wrote: wecomkit for the calls to it,
wechatpy for the calls that it makes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import parse_qsl

import httpx
import pytest
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.enterprise.replies import TextReply
from wechatpy.exceptions import InvalidSignatureException
from wecomkit import AsyncWeComClient, WeComAPIError, WeComConfig
from wecomkit.exceptions import WeComNetworkError, WeComRateLimitError

from tests.emulators.serving import served
from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, read_body
from tests.emulators.wecom.envelope import Seal
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import AES_KEY, AGENT, CORP, ROBOT_KEY, SECRET, TOKEN

LI, HAN = "lilei", "hanmeimei"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
CARD: dict[str, Any] = {
    "card_type": "button_interaction", "main_title": {"title": "加吗？"}, "task_id": "t-1",
    "button_list": [{"text": "批准", "style": 1, "key": "yes"}],
}  # fmt: skip


@pytest.fixture
async def wecom() -> AsyncIterator[WecomEmulator]:
    async with WecomEmulator(scale=0) as emulator:
        emulator.member(LI, "李雷")
        emulator.member(HAN, "韩梅梅")
        yield emulator


@pytest.fixture
async def kit(wecom: WecomEmulator) -> AsyncIterator[AsyncWeComClient]:
    async with AsyncWeComClient(WeComConfig(CORP, SECRET, base_url=wecom.url)) as client:
        yield client


class TestWecomkit:
    async def test_gets_one_token_for_two_hours(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        tokens = {await kit.get_access_token(force_refresh=True) for _ in range(3)}
        assert len(tokens) == 1
        wecom.clock.advance(7_200)
        tokens.add(await kit.get_access_token(force_refresh=True))
        assert len(tokens) == 2

    @pytest.mark.parametrize(
        ("corp", "secret", "code"), [(CORP, "another", 40001), ("ww-another", SECRET, 40013)]
    )
    async def test_is_told_what_is_wrong(
        self, wecom: WecomEmulator, corp: str, secret: str, code: int
    ) -> None:
        async with AsyncWeComClient(WeComConfig(corp, secret, base_url=wecom.url)) as other:
            assert await refusal(other.get_access_token()) == code

    async def test_writes_to_members(self, wecom: WecomEmulator, kit: AsyncWeComClient) -> None:
        await kit.messages.send_text(AGENT, "你好", to_user=f"{LI}|{HAN}|nobody")
        done = await kit.messages.send_markdown(AGENT, "**你好**", to_user=f"{LI}|nobody")
        assert done["invaliduser"] == "nobody"
        assert [shown.type for shown in wecom.screen(LI)] == ["text", "markdown"]
        assert [shown.content["content"] for shown in wecom.screen(HAN)] == ["你好"]

    async def test_sends_files_and_pictures(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        files: list[tuple[Literal["image", "file"], bytes]] = [
            ("image", PNG), ("file", b"a,b,c,d")
        ]  # fmt: skip
        for kind, content in files:
            kept = await kit.media.upload_bytes(content, kind, "图.png")
            await kit.messages.send(kind, AGENT, {"media_id": kept["media_id"]}, to_user=LI)
        stored = [wecom.world.stored(shown.content["media_id"]) for shown in wecom.screen(LI)]
        assert [each.content for each in stored] == [PNG, b"a,b,c,d"]
        assert {each.name for each in stored} == {"图.png"}

    async def test_sends_what_is_a_duplicate_once(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        for _ in range(2):
            await kit.messages.send(
                "text", AGENT, {"content": "好"}, to_user=LI, enable_duplicate_check=1,
                duplicate_check_interval=60,
            )  # fmt: skip
        assert len(wecom.screen(LI)) == 1
        assert [each["outcome"] for each in wecom.ledger.about("message/send")] == ["ok", "known"]
        wecom.clock.advance(61)
        await kit.messages.send(
            "text", AGENT, {"content": "好"}, to_user=LI, enable_duplicate_check=1
        )
        assert len(wecom.screen(LI)) == 2

    async def test_writes_too_often_and_nobody_is_told(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        for number in range(32):
            await kit.messages.send_text(AGENT, str(number), to_user=LI)
        assert len(wecom.screen(LI)) == 30

    async def test_sends_a_card_that_is_pressed_and_changed_once(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        await kit.messages.send("template_card", AGENT, CARD, to_user=LI)
        with pytest.raises(LookupError):
            wecom.member(LI).presses("拒绝")
        code = wecom.world.new_code(wecom.screen(LI)[0])
        change = {
            "userids": [LI], "agentid": AGENT, "response_code": code,
            "button": {"replace_name": "已批准"},
        }  # fmt: skip
        path = "/cgi-bin/message/update_template_card"
        await kit.request("POST", path, json=change)
        assert wecom.screen(LI)[0].chosen == "已批准"
        assert await refusal(kit.request("POST", path, json=change)) == 60140

    async def test_takes_a_message_back(self, wecom: WecomEmulator, kit: AsyncWeComClient) -> None:
        sent = await kit.messages.send_text(AGENT, "oh", to_user=LI)
        await kit.request("POST", "/cgi-bin/message/recall", json={"msgid": sent["msgid"]})
        assert wecom.screen(LI) == []

    async def test_reads_about_the_app_and_the_addresses(self, kit: AsyncWeComClient) -> None:
        assert (await kit.agent.get(AGENT))["name"] == "火客"
        assert (await kit.request("GET", "/cgi-bin/getcallbackip"))["ip_list"]

    async def test_talks_in_a_group(self, wecom: WecomEmulator, kit: AsyncWeComClient) -> None:
        url = f"{wecom.url}/cgi-bin/webhook/send?key={ROBOT_KEY}"
        assert (await kit.robot.send_text(url, "警报"))["errcode"] == 0
        assert (await kit.robot.send_text(f"{url}x", "警报"))["errcode"] == 93000
        for _ in range(19):
            await kit.robot.send_markdown(url, "**警报**")
        assert (await kit.robot.send_text(url, "警报"))["errcode"] == 45009
        assert len(wecom.robot.messages) == 20

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"msgtype": "text", "text": {"content": "x" * 2_049}}, 45002),
            ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
            ({"msgtype": "text", "text": {"content": ""}}, 44004),
            ({"msgtype": "text", "text": {"content": 7}}, 40058),
            ({"msgtype": "text"}, 40058),
            ({"msgtype": "poem", "poem": {}}, 40008),
            ({"touser": "nobody"}, 81013),
            ({"touser": ""}, 82001),
            ({"touser": 7}, 40058),
            ({"agentid": 7}, 40056),
            ({"agentid": str(AGENT)}, 40056),
            ({"unknown": 1}, 40058),
            ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
            ({"msgtype": "template_card", "template_card": CARD | {"task_id": "a b"}}, 40058),
            ({"msgtype": "template_card", "template_card": CARD | {"button_list": []}}, 40058),
            ({"msgtype": "template_card", "template_card": CARD | {"main_title": {}}}, 40058),
            ({"msgtype": "template_card", "template_card": CARD | {"card_type": "x"}}, 40058),
            ({"enable_duplicate_check": 1, "duplicate_check_interval": 20_000}, 40058),
        ],
    )
    async def test_is_refused_what_wecom_refuses(
        self, wecom: WecomEmulator, kit: AsyncWeComClient, body: dict[str, Any], code: int
    ) -> None:
        content = {} if "msgtype" in body else {"msgtype": "text", "text": {"content": "hi"}}
        asked = {"touser": LI, "agentid": AGENT, **content, **body}
        send = kit.request("POST", "/cgi-bin/message/send", json=asked)
        assert await refusal(send) == code
        assert wecom.screen(LI) == []

    async def test_cannot_send_one_card_twice(self, kit: AsyncWeComClient) -> None:
        await kit.messages.send("template_card", AGENT, CARD, to_user=LI)
        again = kit.messages.send("template_card", AGENT, CARD, to_user=LI)
        assert await refusal(again) == 40058

    @pytest.mark.parametrize(
        ("kind", "name", "content", "code"),
        [
            ("image", "a.png", b"no picture", 40004), ("file", "a.csv", b"12345", 40006),
            ("voice", "a.amr", b"x" * 2_000_001, 40006), ("film", "a.mp4", b"123456", 40004),
        ],
    )  # fmt: skip
    async def test_is_refused_files_that_wecom_does_not_take(
        self, kit: AsyncWeComClient, kind: str, name: str, content: bytes, code: int
    ) -> None:
        upload = kit.request(
            "POST", "/cgi-bin/media/upload", params={"type": kind},
            files={"media": (name, content)},
        )  # fmt: skip
        assert await refusal(upload) == code

    async def test_finds_media_gone_after_three_days(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        kept = await kit.media.upload_bytes(b"a,b,c,d", "file", "a.csv")
        wecom.clock.advance(3 * 86_400)
        await kit.get_access_token(force_refresh=True)
        send = kit.messages.send("file", AGENT, {"media_id": kept["media_id"]}, to_user=LI)
        assert await refusal(send) == 40007

    @pytest.mark.parametrize(("end", "code"), [("expire", 42001), ("forget", 40014)])
    async def test_is_told_when_its_token_died(
        self, wecom: WecomEmulator, kit: AsyncWeComClient, end: str, code: int
    ) -> None:
        await kit.get_access_token()
        getattr(wecom.world.tokens, end)()
        assert await refusal(kit.agent.get(AGENT)) == code

    async def test_meets_the_faults_that_are_planned(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        wecom.fault("code", path="message/send", value=45009)
        with pytest.raises(WeComRateLimitError):
            await kit.messages.send_text(AGENT, "one", to_user=LI)
        for kind in ("bad_gateway", "reset_before", "lost", "reset_after", "cut"):
            wecom.fault(kind, path="message/send")
            with pytest.raises(WeComNetworkError):
                await kit.messages.send_text(AGENT, kind, to_user=LI)
        seen = [shown.content["content"] for shown in wecom.screen(LI)]
        assert seen == ["lost", "reset_after", "cut"]
        outcomes = [each["outcome"] for each in wecom.ledger.shown("message/send", LI)]
        assert outcomes == ["unseen: lost", "unseen: reset_after", "unseen: cut"]

    async def test_reads_a_refusal_with_status_200_and_no_help(self, wecom: WecomEmulator) -> None:
        async with httpx.AsyncClient(base_url=wecom.url) as http:
            answers = [
                await http.post("/cgi-bin/gettoken"),
                await http.get("/cgi-bin/message/send"),
                await http.post("/cgi-bin/message/send", content=b"[]"),
                await http.post("/cgi-bin/message/send", json={}),
            ]
            missing = await http.get("/cgi-bin/no/such/path")
        assert {each.status_code for each in answers} == {200}
        assert [each.json()["errcode"] for each in answers] == [43001, 43002, 40058, 41001]
        assert "devtool/query?e=41001" in answers[-1].json()["errmsg"]
        assert missing.status_code == 404


class TestControl:
    async def test_moves_members_faults_and_the_clock(
        self, wecom: WecomEmulator, kit: AsyncWeComClient
    ) -> None:
        async with httpx.AsyncClient(base_url=f"{wecom.url}/__emu__/") as http:
            await http.post("fault", json={"kind": "code", "path": "agent/get", "value": 60020})
            assert await refusal(kit.agent.get(AGENT)) == 60020
            await http.post("advance", json={"seconds": 7_200})
            assert await refusal(kit.agent.get(AGENT)) == 42001
            await kit.get_access_token(force_refresh=True)
            await kit.messages.send("template_card", AGENT, CARD, to_user=LI)
            pressed = (await http.post("press", json={"user": LI, "button": "批准"})).json()
            said = (await http.post("say", json={"user": LI, "text": "你好"})).json()
            shown = (await http.get("screen", params={"user": LI})).json()
            refusals = (await http.get("refusals")).json()
            ledger = (await http.get("ledger")).json()
        assert [each["content"]["task_id"] for each in shown] == ["t-1"]
        assert [each["code"] for each in refusals] == [60020, 42001]
        created = [each["id"] for each in ledger if each.get("event") == "created"]
        assert created == [pressed, said]

    @pytest.mark.parametrize(
        ("action", "asked", "status"),
        [("dance", {}, 404), ("say", {}, 400), ("press", {"user": LI, "button": "x"}, 400)],
    )
    async def test_says_what_cannot_be_done(
        self, wecom: WecomEmulator, action: str, asked: dict[str, str], status: int
    ) -> None:
        async with httpx.AsyncClient(base_url=f"{wecom.url}/__emu__/") as http:
            assert (await http.post(action, json=asked)).status_code == status


class TestWechatpy:
    async def test_opens_every_kind_of_message(self, wecom: WecomEmulator) -> None:
        member = wecom.member(LI)
        ids = [
            member.says("你好 & <b>"), member.sends_picture(PNG), member.sends_voice(b"#!AMR\n"),
            member.is_at("人民广场", "31.2", "121.4"), member.shares("a", "b", "https://a.example"),
        ]  # fmt: skip
        async with wechatpy_bot(wecom) as received:
            await wecom.taken(ids[-1])
        assert [str(message.id) for message in received] == ids
        assert [message.type for message in received] == [
            "text", "image", "voice", "location", "link",
        ]  # fmt: skip
        assert received[0].content == "你好 & <b>"
        assert received[0].source == LI
        assert received[0].agent == AGENT
        assert received[1].media_id in wecom.world.media

    async def test_opens_events(self, wecom: WecomEmulator) -> None:
        member = wecom.member(LI)
        ids = [member.opens(), member.follows(), member.leaves()]
        async with wechatpy_bot(wecom) as received:
            await wecom.taken(ids[-1])
        assert [message.event for message in received] == [
            "enter_agent", "subscribe", "unsubscribe",
        ]  # fmt: skip

    async def test_answers_the_check_of_its_url(self, wecom: WecomEmulator) -> None:
        async with wechatpy_bot(wecom):
            assert await wecom.accepts_url()

    async def test_answers_in_the_call(self, wecom: WecomEmulator) -> None:
        async with wechatpy_bot(wecom, replies=lambda text: f"echo: {text}"):
            assert (await wecom.taken(wecom.member(LI).says("你好")))["event"] == "taken"
        assert [shown.content["content"] for shown in wecom.screen(LI)] == ["echo: 你好"]

    async def test_does_not_open_what_another_sealed(self) -> None:
        crypto = WeChatCrypto(TOKEN, AES_KEY, CORP)
        for token, receive_id in (("another", CORP), (TOKEN, "ww-another")):
            seal = Seal(token, AES_KEY, receive_id)
            encrypted = seal.encrypt(b"<xml/>")
            signature = seal.signature("1", "2", encrypted)
            with pytest.raises((InvalidSignatureException, InvalidCorpIdException)):
                crypto.check_signature(signature, "1", "2", encrypted)

    @pytest.mark.parametrize(
        "reply", [b"hello", b"<xml/>", b"<xml><Encrypt>x</Encrypt></xml>", b"<", b"{}"]
    )
    async def test_words_that_are_not_sealed_are_shown_to_nobody(
        self, wecom: WecomEmulator, reply: bytes
    ) -> None:
        async def app(scope: Message, receive: Receive, send: Send) -> None:
            await read_body(receive)
            await answer(send, Answer(200, reply, b"text/xml"))

        async with served(app) as url:
            wecom.calls(url)
            assert (await wecom.taken(wecom.member(LI).says("hi")))["event"] == "dropped"
        assert wecom.screen(LI) == []

    async def test_is_called_three_times_with_one_id_and_new_nonces(
        self, wecom: WecomEmulator
    ) -> None:
        queries: list[dict[str, str]] = []

        async def app(scope: Message, receive: Receive, send: Send) -> None:
            await read_body(receive)
            queries.append(dict(parse_qsl(scope["query_string"].decode())))
            await answer(send, Answer(500, b""))

        async with served(app) as url:
            wecom.calls(url)
            assert (await wecom.taken(wecom.member(LI).says("hi")))["event"] == "dropped"
        assert len({query["nonce"] for query in queries}) == 3


async def refusal(call: Awaitable[Any]) -> int:
    """The code that a call is refused with."""
    with pytest.raises(WeComAPIError) as caught:
        await call
    return int(caught.value.errcode)


@asynccontextmanager
async def wechatpy_bot(
    wecom: WecomEmulator, replies: Callable[[str], str] | None = None
) -> AsyncIterator[list[Any]]:
    """A bot made of wechatpy alone; yields the messages that it received."""
    crypto = WeChatCrypto(TOKEN, AES_KEY, CORP)
    received: list[Any] = []

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode()))
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        if scope["method"] == "GET":
            plain = crypto.check_signature(*signed, query["echostr"])
            await answer(send, Answer(200, str(plain).encode(), b"text/plain"))
            return
        opened = crypto.decrypt_message((await read_body(receive)).decode(), *signed)
        message = parse_message(opened)
        received.append(message)
        body = b""
        if replies:
            reply = TextReply(content=replies(message.content), message=message)
            body = crypto.encrypt_message(reply.render(), "nonce", "1700000000").encode()
        await answer(send, Answer(200, body, b"text/xml"))

    async with served(serve) as url:
        wecom.calls(url)
        yield received
        wecom.calls("")
