"""Customers write to one account of 微信客服 at the emulator, in WeChat; the staff read consoles."""

from contextlib import AsyncExitStack

from bot.messages import Address, Button, File, OutboundMessage
from bot.service import Service
from config.roles import Role
from storage.cursors import Cursors
from storage.inbox import Inbox
from tests.builders.wecom_kf import ServedKf, address_of, texts
from tests.emulators.wecom.kf.people import Customer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.journeys.wires.base import Keeping, bind_everybody
from tests.journeys.wires.console import ConsoleWire
from tools.people.service import PeopleService, bind


async def open_wire(stack: AsyncExitStack, service: Service) -> "WecomKfWire":
    emulator = await stack.enter_async_context(WecomKfEmulator(scale=0))
    cursors = Cursors(service.database, service.organisation_id)
    channel = await stack.enter_async_context(ServedKf(emulator, cursors))
    service.deliver(channel)
    consoles = ConsoleWire(service)
    customers: dict[str, Customer] = {}
    inbox = Inbox(service.organisation_id, service.clock)
    async with service.database.unit_of_work() as session:
        for person in await PeopleService(session, service.organisation_id).everyone():
            if person.role is Role.customer:
                customer = customers[str(person.id)] = emulator.customer(person.name)
                await bind(
                    session, person, service.clock, channel="wecom_kf", external_id=customer.id
                )
                await inbox.conversation(session, address_of(customer), private_with=person.id)
    await bind_everybody(
        service, "console",
        lambda person: Address(channel="console", bot="console", chat=str(person.id)),
    )  # fmt: skip
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    return WecomKfWire(emulator, keeping, consoles, customers)


class WecomKfWire:
    """`customers` by account; whoever is none writes on a console."""

    def __init__(
        self,
        emulator: WecomKfEmulator,
        keeping: Keeping,
        consoles: ConsoleWire,
        customers: dict[str, Customer],
    ) -> None:
        self._emulator = emulator
        self._keeping = keeping
        self._consoles = consoles
        self._customers = customers

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        customer = self._customers.get(account)
        if customer is None:
            await self._consoles.write(account, name, text, files)
            return
        assert not files, "files of customers have stories of their own"
        await self._keeping.one_more(lambda: customer.says(text))

    async def press(self, account: str, name: str, label: str) -> None:
        customer = self._customers.get(account)
        if customer is None:
            await self._consoles.press(account, name, label)
            return
        await self._keeping.one_more(lambda: customer.presses(label))

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        if account is not None and account not in self._customers:
            return self._consoles.read(account)
        read = [
            message
            for each, customer in self._customers.items()
            if account in (None, each)
            for message in self._shown(customer)
        ]
        return read if account else [*read, *self._consoles.read()]

    def drafts(self) -> list[str] | None:
        return None

    def _shown(self, customer: Customer) -> list[OutboundMessage]:
        return [
            OutboundMessage(
                address=address_of(customer), text=text,
                buttons=tuple(
                    Button(label=each["click"]["content"], send=each["click"]["id"])
                    for each in shown["content"].get("list", [])
                ),
            )
            for shown, text in zip(
                customer.screen, texts(customer, self._emulator), strict=True
            )
        ]  # fmt: skip
