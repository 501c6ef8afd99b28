"""The words that a call may be answered with: sealed as the call was, and shown at once."""

from uuid import uuid4

from defusedxml.ElementTree import fromstring

from tests.emulators.wecom.envelope import Seal
from tests.emulators.wecom.world import App, Shown, World


def show_reply(world: World, app: App, seal: Seal, member: str, body: bytes) -> str:
    """The status of the call: "200", or what is wrong with the answer, of which nobody then sees
    anything."""
    try:
        outer = {element.tag: element.text or "" for element in fromstring(body)}
        encrypted = outer["Encrypt"]
        signature = seal.signature(outer["TimeStamp"], outer["Nonce"], encrypted)
        if signature != outer["MsgSignature"]:
            return "signature"
        inner = {each.tag: each.text or "" for each in fromstring(seal.decrypt(encrypted))}
    except (ValueError, SyntaxError, KeyError):
        return "unreadable"
    if inner.get("ToUserName") != member or inner.get("MsgType") != "text":
        return "unreadable"
    shown = Shown(
        f"msg{uuid4().hex}", member, app.agent_id, "text", {"content": inner["Content"]},
        world.clock.ticks(),
    )  # fmt: skip
    world.ledger.effect(
        path="passive", to=member, outcome="ok", msgid=shown.msgid, type="text",
        content=shown.content,
    )  # fmt: skip
    world.screen(member).append(shown)
    return "200"
