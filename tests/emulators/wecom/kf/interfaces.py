"""The interfaces behind /cgi-bin/kf/."""

from collections.abc import Callable
from uuid import uuid4

from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.kf.checks import checked
from tests.emulators.wecom.kf.world import (
    BOT,
    ENDED,
    KEPT,
    KF_AGENT,
    MOST_MESSAGES,
    NEW,
    PERSON,
    POOL,
    SILENCE,
    Account,
    Chat,
    Kf,
)

_KINDS = ("text", "image", "voice", "video", "file", "msgmenu")
_NEXT = {
    NEW: (BOT, POOL, PERSON, ENDED), BOT: (POOL, PERSON, ENDED), POOL: (PERSON, ENDED),
    PERSON: (PERSON, ENDED), ENDED: (),
}  # fmt: skip
_MOST_AT_ONCE, _MOST_CUSTOMERS, _MOST_CURSOR = 1_000, 100, 64


def routes(kf: Kf) -> dict[str, Route]:
    def of(handler: Callable[[Kf, Call], Json], method: str = "POST") -> Route:
        def handle(call: Call) -> Json:
            # The secret of another app opens none of this.
            if call.ours.agent_id != KF_AGENT:
                raise ApiError(48002)
            return handler(kf, call)

        return Route(handler=handle, method=method)

    return {
        "kf/sync_msg": of(sync), "kf/send_msg": of(send), "kf/send_msg_on_event": of(send_on_event),
        "kf/service_state/get": of(state), "kf/service_state/trans": of(transfer),
        "kf/account/list": of(accounts), "kf/servicer/list": of(servicers, "GET"),
        "kf/customer/batchget": of(customers),
    }  # fmt: skip


def sync(kf: Kf, call: Call) -> Json:
    account = kf.account(call.text("open_kfid"))
    limit = call.body.get("limit", _MOST_AT_ONCE)
    if not isinstance(limit, int) or not 1 <= limit <= _MOST_AT_ONCE:
        raise ApiError(40058, "limit")
    position = _position(call.text("cursor"))
    kf.check_token(account, call.text("token"))
    while position < len(account.log) and kf.now - account.log[position][0] > KEPT:
        position += 1
    if account.empty_pages:
        account.empty_pages -= 1
        return {"next_cursor": _cursor(position), "has_more": 1, "msg_list": []}
    end = min(position + min(limit, account.page), len(account.log))
    found = [message for _, message in account.log[position:end]]
    more = int(end < len(account.log))
    return {"next_cursor": _cursor(end), "has_more": more, "msg_list": found}


def send(kf: Kf, call: Call) -> Json:
    chat = kf.chat(call.text("open_kfid"), call.text("touser"))
    kind, content = checked(call, _KINDS, {"touser", "open_kfid"})
    if chat.state in (POOL, PERSON):
        raise ApiError(95018)
    if chat.state == ENDED:
        raise ApiError(95013)
    account, msgid = kf.account(chat.open_kfid), call.text("msgid") or uuid4().hex
    if msgid in account.sent:
        call.record(chat.customer, "known", msgid=msgid, type=kind, content=content)
        return {"msgid": msgid}
    if kf.world.flood:
        _check_limits(kf, chat)
    account.sent.add(msgid)
    chat.room -= 1
    kf.show(chat, msgid, kind, content)
    call.record(chat.customer, msgid=msgid, type=kind, content=content)
    return {"msgid": msgid}


def send_on_event(kf: Kf, call: Call) -> Json:
    code = kf.codes.get(call.text("code"))
    if code is None:
        raise ApiError(40058, "code")
    if code.until <= kf.now or (code.state is not None and code.chat.state != code.state):
        raise ApiError(41051)
    kind, content = checked(call, code.kinds, {"code"})
    del kf.codes[call.text("code")]
    msgid = call.text("msgid") or uuid4().hex
    kf.show(code.chat, msgid, kind, content)
    call.record(code.chat.customer, msgid=msgid, type=kind, content=content)
    return {"msgid": msgid}


def state(kf: Kf, call: Call) -> Json:
    chat = kf.chat(call.text("open_kfid"), call.text("external_userid"))
    return {"service_state": chat.state, "service_userid": chat.servicer}


def transfer(kf: Kf, call: Call) -> Json:
    chat = kf.chat(call.text("open_kfid"), call.text("external_userid"))
    wanted, servicer = call.body.get("service_state"), call.text("servicer_userid")
    if wanted not in _NEXT[chat.state]:
        raise ApiError(95016)
    if wanted == PERSON:
        _check_servicer(kf.account(chat.open_kfid), servicer)
        if chat.state == PERSON and chat.servicer == servicer:
            raise ApiError(95016)
    chat.state, chat.servicer = wanted, servicer if wanted == PERSON else ""
    call.record(chat.customer, state=wanted, servicer=chat.servicer)
    if wanted == POOL:
        return {"msg_code": kf.new_code(chat, SILENCE, "text", state=POOL)}
    return (
        {"msg_code": kf.new_code(chat, 20, "text", "msgmenu", state=ENDED)}
        if wanted == ENDED
        else {}
    )


def accounts(kf: Kf, call: Call) -> Json:
    offset, limit = call.body.get("offset", 0), call.body.get("limit", 100)
    if not isinstance(offset, int) or not isinstance(limit, int) or not 1 <= limit <= 100:
        raise ApiError(40058)
    found = [
        {"open_kfid": each.open_kfid, "name": each.name, "avatar": "", "manage_privilege": True}
        for each in kf.accounts.values()
    ]
    return {"account_list": found[offset : offset + limit]}


def servicers(kf: Kf, call: Call) -> Json:
    found = kf.account(call.query.get("open_kfid", "")).servicers
    listed = [{"userid": user, "status": 0 if there else 1} for user, there in found.items()]
    return {"servicer_list": listed}


def customers(kf: Kf, call: Call) -> Json:
    wanted = call.body.get("external_userid_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= _MOST_CUSTOMERS:
        raise ApiError(40058)
    found = [
        {"external_userid": each, "nickname": kf.names[each], "avatar": "", "gender": 0}
        for each in wanted
        if each in kf.names
    ]
    invalid = [each for each in wanted if each not in kf.names]
    return {"customer_list": found, "invalid_external_userid": invalid}


def _check_limits(kf: Kf, chat: Chat) -> None:
    if chat.said is None or kf.now - chat.said > SILENCE:
        raise ApiError(95002)
    if chat.room <= 0:
        raise ApiError(95001, f"more than {MOST_MESSAGES}")


def _check_servicer(account: Account, userid: str) -> None:
    if userid not in account.servicers:
        raise ApiError(95014)
    if not account.servicers[userid]:
        raise ApiError(95019)


def _cursor(position: int) -> str:
    """A new one each time, as opaque as WeCom's."""
    return f"4gw7MepFLfgF2VC5n{position}.{uuid4().hex[:8]}"


def _position(cursor: str) -> int:
    """Raises 40058 for one that we never gave."""
    if not cursor:
        return 0
    said = cursor.removeprefix("4gw7MepFLfgF2VC5n").partition(".")[0]
    if len(cursor) > _MOST_CURSOR or said == cursor or not said.isdecimal():
        raise ApiError(40058, "cursor")
    return int(said)
