"""Customer contact (客户联系): group-send tasks by tools.outreach.group_sends.GroupSends."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.errors import Refused
from bot.errors import NotDelivered
from bot.findings import Finding
from config.channels import WecomContactSettings
from config.errors import TransientError
from storage.tables.broadcast import RecipientStatus
from tools.outreach.group_sends import Contact, GroupSendRefused, MadeTask, Outcome, SendRules

_NO_CUSTOMERS, _PAGE, _SENDERS_A_CALL = 84061, 100, 100
_SENT = 2
_PART = "WeCom customer contact"
_ADVICE = {
    40001: "set WECOM_CONTACT__SECRET as 客户联系 → API shows it",
    40013: "set WECOM_CONTACT__CORP_ID as the console shows it under 我的企业 (it begins with ww)",
    48002: "use the secret of 客户联系 → API, or allow the app to use 客户联系",
    60020: "under 企业可信IP add the address that this server calls from",
}
# Its clock may be behind ours.
_SKEW = timedelta(minutes=5)
_STATUSES = {
    0: RecipientStatus.unsent, 1: RecipientStatus.sent, 2: RecipientStatus.not_friend,
    3: RecipientStatus.over_limit,
}  # fmt: skip


async def open_contact(
    stack: AsyncExitStack, settings: WecomContactSettings | None
) -> "CustomerContact | None":
    """None when it is not set; `stack` closes it."""
    return await stack.enter_async_context(CustomerContact(settings)) if settings else None


async def check_contact(settings: WecomContactSettings | None) -> list[Finding]:
    """The doctor's look: may it read the contacts, and are there any."""
    if settings is None:
        return []
    async with CustomerContact(settings) as contact:
        try:
            found = await contact.contacts()
        except GroupSendRefused as error:
            advice = _ADVICE.get(error.code, "look the code up in WeCom's list of error codes")
            return [Finding(part=_PART, fine=False, seen=f"WeCom {error.code}", advice=advice)]
        except TransientError as error:
            return [Finding(part=_PART, fine=False, seen=str(error), advice="check the network")]
    without = sorted(set(settings.senders) - {each.sender for each in found})
    if without:
        return [
            Finding(
                part=_PART, fine=False, seen=f"no contacts of {', '.join(without)}",
                advice="correct WECOM_CONTACT__SENDERS (userids), or give them the right to 客户联系",
            )
        ]  # fmt: skip
    return [Finding(part=_PART, fine=True, seen=f"{len(found)} contacts")]


class CustomerContact:
    def __init__(self, settings: WecomContactSettings) -> None:
        self._senders = settings.senders
        self._api = WecomApi(settings.api, settings.corp_id, settings.secret.get_secret_value())
        self.rules = SendRules(
            alone=settings.alone, monthly=settings.monthly, quiet_from=settings.quiet_from,
            quiet_to=settings.quiet_to,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._api.__aexit__(*error)

    async def contacts(self) -> Sequence[Contact]:
        names = await self._tag_names()
        found: list[Contact] = []
        for start in range(0, len(self._senders), _SENDERS_A_CALL):
            asked = {"userid_list": list(self._senders[start : start + _SENDERS_A_CALL])}
            async for each in self._pages("batch/get_by_user", asked, "external_contact_list"):
                followed, contact = each.get("follow_info", {}), each.get("external_contact", {})
                found.append(
                    Contact(
                        sender=str(followed.get("userid", "")),
                        external_id=str(contact.get("external_userid", "")),
                        name=str(followed.get("remark") or contact.get("name", "")),
                        tags=tuple(
                            names[id_] for id_ in followed.get("tag_id", ()) if id_ in names
                        ),
                    )
                )
        order = {sender: place for place, sender in enumerate(self._senders)}
        return sorted(found, key=lambda each: order.get(each.sender, len(order)))

    async def create(self, sender: str, people: Sequence[str], text: str) -> MadeTask:
        made = await self._call(
            "add_msg_template",
            {
                "chat_type": "single", "external_userid": list(people), "sender": sender,
                "allow_select": False, "text": {"content": text},
            },
        )  # fmt: skip
        return MadeTask(
            id=str(made["msgid"]), refused=tuple(str(each) for each in made.get("fail_list") or ())
        )

    async def find(
        self, sender: str, text: str, since: datetime, others: Collection[str]
    ) -> MadeTask | None:
        asked = {
            "chat_type": "single", "start_time": int((since - _SKEW).timestamp()),
            "end_time": int((since + timedelta(days=30)).timestamp()), "filter_type": 2,
        }  # fmt: skip
        async for each in self._pages("get_groupmsg_list_v2", asked, "group_msg_list"):
            task_id = str(each["msgid"])
            same = each.get("text", {}).get("content") == text and task_id not in others
            if same and sender in await self._asked_of(task_id):
                return MadeTask(id=task_id)
        return None

    async def confirmed(self, task_id: str) -> bool:
        return all(status == _SENT for status in (await self._asked_of(task_id)).values())

    async def outcomes(self, task_id: str, sender: str) -> Sequence[Outcome]:
        asked = {"msgid": task_id, "userid": sender}
        return [
            Outcome(external_id=str(each["external_userid"]), status=_STATUSES[each["status"]])
            async for each in self._pages("get_groupmsg_send_result", asked, "send_list")
            if each.get("status") in _STATUSES
        ]

    async def remind(self, task_id: str) -> None:
        await self._call("remind_groupmsg_send", {"msgid": task_id})

    async def cancel(self, task_id: str) -> None:
        await self._call("cancel_groupmsg_send", {"msgid": task_id})

    async def _asked_of(self, task_id: str) -> dict[str, int]:
        """Who has to confirm a task, and how far they are."""
        return {
            str(each["userid"]): int(each["status"])
            async for each in self._pages("get_groupmsg_task", {"msgid": task_id}, "task_list")
        }

    async def _tag_names(self) -> dict[str, str]:
        groups = (await self._call("get_corp_tag_list", {})).get("tag_group", ())
        return {
            str(tag["id"]): str(tag["name"]) for group in groups for tag in group.get("tag", ())
        }

    async def _pages(
        self, path: str, asked: Mapping[str, Any], name: str
    ) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = await self._call(path, {**asked, "limit": _PAGE, "cursor": cursor})
            for each in page.get(name) or ():
                yield each
            cursor = str(page.get("next_cursor") or "")
            if not cursor:
                return

    async def _call(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        with _for_people():
            try:
                return await self._api.call("POST", f"externalcontact/{path}", asked)
            except Refused as error:
                # A colleague without customers is no mistake.
                if error.code == _NO_CUSTOMERS and path == "batch/get_by_user":
                    return {}
                raise


@contextmanager
def _for_people() -> Iterator[None]:
    """Raise what a person who orders a broadcast can read."""
    try:
        yield
    except Refused as error:
        raise GroupSendRefused(error.code, str(error)) from error
    except NotDelivered as error:
        raise TransientError(str(error)) from error
