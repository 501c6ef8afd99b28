"""Customer contact: whom employees have as friends, and the messages to many that they confirm.

contacts = Contacts(wecom)
contacts.befriend("zhangsan", "wm1", "王伟", tags=("意向",))
task = contacts.tasks[-1]; contacts.confirm("zhangsan")
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.server import WecomEmulator

_DAY = 86_400
_MAX_TEXT, _MOST_PEOPLE, _REMINDERS = 4_000, 10_000, 3
_UNSENT, _SENT, _NO_FRIEND, _OVER_LIMIT = 0, 1, 2, 3


@dataclass
class Friend:
    external_id: str
    name: str
    tags: tuple[str, ...] = ()
    # When they got a message that was sent to many.
    got: list[float] = field(default_factory=list)


@dataclass
class Task:
    """`sent` is empty until the employee confirms; then it holds the status of each customer."""

    msgid: str
    sender: str
    people: list[str]
    text: str
    made: float
    sent: dict[str, int] = field(default_factory=dict)
    confirmed: bool = False
    cancelled: bool = False
    reminded: list[float] = field(default_factory=list)


class Contacts:
    """Of one company. `monthly` messages one customer gets, pages have `page` rows."""

    def __init__(self, wecom: WecomEmulator, *, monthly: int = 4, page: int = 2) -> None:
        self._world = wecom.world
        self._monthly = monthly
        self._page = page
        self._friends: dict[str, dict[str, Friend]] = {}
        self.tasks: list[Task] = []
        handlers: dict[str, Callable[[Call], Json]] = {
            "get_corp_tag_list": self._tags, "batch/get_by_user": self._by_user,
            "add_msg_template": self._add, "get_groupmsg_list_v2": self._list,
            "get_groupmsg_task": self._tasks_of, "get_groupmsg_send_result": self._results,
            "remind_groupmsg_send": self._remind, "cancel_groupmsg_send": self._cancel,
        }  # fmt: skip
        for name, handler in handlers.items():
            wecom.api.routes[f"externalcontact/{name}"] = Route(handler=handler)

    def befriend(
        self, sender: str, external_id: str, name: str = "", tags: tuple[str, ...] = ()
    ) -> None:
        known = self._friends.setdefault(sender, {})
        known[external_id] = Friend(external_id, name or external_id, tags)

    def unfriend(self, sender: str, external_id: str) -> None:
        del self._friends[sender][external_id]

    def confirm(self, sender: str) -> None:
        """The employee sends everything that waits for them."""
        for task in self.tasks:
            if task.sender == sender and not task.confirmed and not task.cancelled:
                task.confirmed = True
                task.sent = {person: self._arrives(task, person) for person in task.people}

    def _arrives(self, task: Task, person: str) -> int:
        friend = self._friends.get(task.sender, {}).get(person)
        if friend is None:
            return _NO_FRIEND
        if len(friend.got) >= self._monthly:
            return _OVER_LIMIT
        friend.got.append(self._now())
        return _SENT

    def _now(self) -> float:
        return self._world.clock.ticks()

    def _tags(self, call: Call) -> Json:
        names = sorted({tag for each in self._everybody() for tag in each.tags})
        group = {"group_id": "g1", "group_name": "客户", "tag": [_tag(name) for name in names]}
        return {"tag_group": [group] if names else []}

    def _everybody(self) -> list[Friend]:
        return [friend for friends in self._friends.values() for friend in friends.values()]

    def _by_user(self, call: Call) -> Json:
        rows = [
            {
                "external_contact": {
                    "external_userid": friend.external_id, "name": friend.name, "type": 1
                },
                "follow_info": {
                    "userid": sender, "remark": "", "tag_id": [_tag(tag)["id"] for tag in friend.tags]
                },
            }
            for sender in _texts(call, "userid_list")
            for friend in self._friends.get(sender, {}).values()
        ]  # fmt: skip
        if not rows:
            raise ApiError(84061)
        return self._paged(call, rows, "external_contact_list")

    def _add(self, call: Call) -> Json:
        text = call.body.get("text", {}).get("content", "")
        sender, people = call.text("sender"), _texts(call, "external_userid")
        if not text or len(text.encode()) > _MAX_TEXT or len(people) > _MOST_PEOPLE:
            raise ApiError(40058, "text or external_userid")
        friends = self._friends.get(sender, {})
        kept = [
            each for each in people if each in friends and len(friends[each].got) < self._monthly
        ]
        if not kept:
            raise ApiError(41048)
        task = Task(f"msg{uuid4().hex}", sender, kept, text, self._now())
        self.tasks.append(task)
        call.record(sender, msgid=task.msgid, people=kept, text=text)
        return {"fail_list": [each for each in people if each not in kept], "msgid": task.msgid}

    def _list(self, call: Call) -> Json:
        rows = [
            {
                "msgid": task.msgid, "create_time": int(task.made), "create_type": 0,
                "text": {"content": task.text}, "attachments": [],
            }
            for task in self.tasks
            if not task.cancelled
        ]  # fmt: skip
        return self._paged(call, rows, "group_msg_list")

    def _tasks_of(self, call: Call) -> Json:
        task = self._task(call)
        row = {"userid": task.sender, "status": 2 if task.confirmed else 0}
        return self._paged(call, [row], "task_list")

    def _results(self, call: Call) -> Json:
        task = self._task(call)
        if call.text("userid") != task.sender:
            raise ApiError(40003)
        rows = [
            {
                "external_userid": person, "userid": task.sender,
                "status": task.sent.get(person, _UNSENT),
            }
            for person in task.people
        ]  # fmt: skip
        return self._paged(call, rows, "send_list")

    def _remind(self, call: Call) -> Json:
        task = self._task(call)
        recent = [at for at in task.reminded if self._now() - at < _DAY]
        if len(recent) >= _REMINDERS:
            raise ApiError(45009)
        task.reminded.append(self._now())
        call.record(task.sender, msgid=task.msgid)
        return {}

    def _cancel(self, call: Call) -> Json:
        task = self._task(call)
        task.cancelled = True
        call.record(task.sender, msgid=task.msgid)
        return {}

    def _task(self, call: Call) -> Task:
        wanted = call.text("msgid")
        found = next((task for task in self.tasks if task.msgid == wanted), None)
        if found is None:
            raise ApiError(40058, "msgid")
        return found

    def _paged(self, call: Call, rows: list[Json], name: str) -> Json:
        start = int(call.text("cursor") or 0)
        end = start + self._page
        return {name: rows[start:end], "next_cursor": str(end) if end < len(rows) else ""}


def _tag(name: str) -> Json:
    return {"id": f"et{name.encode().hex()}", "name": name}


def _texts(call: Call, name: str) -> list[str]:
    value: Any = call.body.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ApiError(40058, name)
    return value
