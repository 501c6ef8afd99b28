"""Arguments of the customer persona's tools."""

from tools.arguments import Email, Note, PersonName, Phone, WeChat
from tools.spec import Arguments


class LeaveContact(Arguments):
    name: PersonName | None = None
    phone: Phone | None = None
    wechat: WeChat | None = None
    email: Email | None = None


class Remember(Arguments):
    fact: Note


class RequestHuman(Arguments):
    reason: Note | None = None


class SearchKnowledge(Arguments):
    """What the last line asks may follow from the lines before it."""

    question: Note


class CreateTicket(Arguments):
    """In the customer's words: what is wrong."""

    problem: Note


class MyTickets(Arguments):
    pass
