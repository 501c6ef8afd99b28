"""The emulator in Python's hands: people, groups, faults, and what came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from tests.emulators.dingtalk.api import Api
from tests.emulators.dingtalk.cards import LAYOUT, Template
from tests.emulators.dingtalk.faults import Faults
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.ledger import Ledger
from tests.emulators.dingtalk.methods.cards import answer_press
from tests.emulators.dingtalk.people import Group, Person, answers
from tests.emulators.dingtalk.pusher import Pusher
from tests.emulators.dingtalk.quota import Quotas
from tests.emulators.dingtalk.stream import Streams
from tests.emulators.dingtalk.world import CORPORATION, Chat, Robot, Shown, User, World, opaque
from tests.emulators.telegram.clock import Clock

Json = dict[str, Any]
T = TypeVar("T")
CLIENT_ID, CLIENT_SECRET = "dingemulated0robot01", "EmulatedSecretOfTheApp_0123456789"


class Emulated:
    """One app with a robot. `scale` seconds of DingTalk pass in one of ours (0: only when
    `clock.advance` says so); `flood` eases the limits (2: twice as much, 0: none); a push that is
    not acknowledged in `ack_within` seconds comes again, `attempts` times in all; `ledger` is a
    file to write to, too.
    """

    def __init__(
        self,
        *,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        robot_code: str = "",
        scale: float = 1.0,
        flood: float = 1.0,
        seed: int = 0,
        ledger: Path | None = None,
        ack_within: float = 60.0,
        attempts: int = 4,
    ) -> None:
        self.clock = Clock(scale)
        self.ledger = Ledger(self.clock.exact, ledger)
        self.faults = Faults(seed)
        self.world = World(
            client_id=client_id, client_secret=client_secret, robot_code=robot_code or client_id,
            clock=self.clock, ledger=self.ledger, faults=self.faults,
            quotas=Quotas(self.clock, flood),
        )  # fmt: skip
        self.api = Api(self.world)
        self.streams = Streams(
            world=self.world, refuse=self.api.refuse, on_ack=self._acknowledged,
            ack_within=ack_within, attempts=attempts,
        )  # fmt: skip
        self.world.new_ticket = self.streams.ticket
        self._pushers: list[Pusher] = []

    @property
    def client_id(self) -> str:
        return self.world.client_id

    @property
    def client_secret(self) -> str:
        return self.world.client_secret

    @property
    def robot_code(self) -> str:
        return self.world.robot_code

    @property
    def refusals(self) -> list[Json]:
        """Calls that were answered with an error, and frames that were wrong: path (ack and ping
        for frames), code, reason."""
        return self.api.refusals

    def user(
        self, id_: str, name: str = "", *, outsider: bool = False, admin: bool = False
    ) -> Person:
        """The person with this staff id, new or known. An outsider's is told to nobody: the robot
        knows them by `.user.sender_id`; `delivered` takes the id all the same."""
        user = self.world.users.setdefault(
            id_, User(id=id_, nick=name or id_, outsider=outsider, admin=admin)
        )
        return Person(self.world, self.streams, user)

    def group(self, id_: str, title: str = "") -> Group:
        """New or known, by its openConversationId, which is its conversationId."""
        chat = self.world.chats.setdefault(
            id_, Chat(id=id_, conversation_id=id_, title=title or id_, group=True)
        )
        return Group(self.world, chat)

    def custom_robot(
        self, group: Group, *, secret: str = "", keywords: tuple[str, ...] = ()
    ) -> Robot:
        """For alerts: with a secret it must sign, with keywords say one of them."""
        robot = Robot(
            access_token=uuid4().hex, chat=group.chat, secret=secret, keywords=keywords
        )  # fmt: skip
        self.world.robots[robot.access_token] = robot
        return robot

    def template(
        self, id_: str, *, text: tuple[str, ...], title: str = "title",
        buttons: str = LAYOUT, streams: tuple[str, ...] = (), published: bool = True,
    ) -> Template:  # fmt: skip
        """A card of one's own: see cards.Template."""
        made = Template(
            id=id_, text=text, title=title, buttons=buttons, streams=streams, published=published
        )  # fmt: skip
        self.world.templates[id_] = made
        return made

    def event(self, type_: str, data: Json) -> Push:
        """To subscribers of EVENT *; comes again when it is not acknowledged or answered LATER."""
        number, now = uuid4().hex, str(int(self.clock.exact() * 1000))
        headers = {
            "eventType": type_, "eventId": number, "eventCorpId": CORPORATION,
            "eventBornTime": now, "eventUnifiedAppId": opaque("", "app", self.client_id),
        }  # fmt: skip
        return self.streams.push(
            Push(type="EVENT", topic="*", msg_id=number, data=data, text=type_, headers=headers)
        )

    def delivered(self, chat: str) -> list[Shown]:
        """What the robot shows there now, in order: for a staff id, or a group's id."""
        found = self.world.chats.get(chat)
        return found.shown() if found else []

    async def answer(self, chat: str, after: Push | Shown | int = 0, within: float = 60.0) -> Shown:
        """What the robot shows first after this, sooner or later."""
        least = after.after if isinstance(after, Push) else after
        number = least.n if isinstance(least, Shown) else least

        def later() -> Shown | None:
            found = self.world.chats.get(chat)
            return next(iter(answers(found, number)), None) if found else None

        return await self.wait_for(later, within)

    async def wait_for(self, found: Callable[[], T | None], within: float = 60.0) -> T:
        """The first true thing that `found` returns; asked again when the ledger grows."""
        return await self.ledger.wait_for(found, within)

    def disconnect(self, reason: str = "connection is expired") -> None:
        """All connections are told to; 10 s later TCP is closed."""
        for connection in [*self.streams.connections]:
            connection.disconnect(reason)

    def drop(self, code: int = 1006) -> None:
        """Ends all connections; 1006: without a close frame."""
        for connection in [*self.streams.connections]:
            connection.end(code)

    def expire_tokens(self) -> None:
        for token in self.world.tokens:
            self.world.tokens[token] = self.clock.ticks()

    def expire_sessions(self) -> None:
        self.world.sessions.clear()

    def post_to(self, url: str) -> None:
        """HTTP mode from now on."""
        pusher = Pusher(self.world, url)
        self._pushers.append(pusher)
        self.streams.post = pusher.post

    async def close(self) -> None:
        await self.streams.close()
        for pusher in self._pushers:
            await pusher.close()
        self.ledger.close()

    def _acknowledged(self, push: Push) -> None:
        if push.about is None or push.answer is None:
            return
        try:
            answer_press(push.about, push.answer)
        except ValueError as error:
            self.api.refuse("ack", "200", str(error))
