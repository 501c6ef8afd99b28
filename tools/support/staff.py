"""The door for what our own staff does from chats of their own: cases, relay, quick replies."""

from tools.support.case_errors import NoOpenCase, NotOfferable, OnlyInPrivate
from tools.support.case_keeping import CaseKeeper
from tools.support.case_parts import Desk, Taken, Wanted, open_desk
from tools.support.case_words import case_lines, case_shown, duty_lines
from tools.support.cases import CaseService
from tools.support.finding import case_of_customer, colleague, in_private
from tools.support.presence import say_presence
from tools.support.quick import QuickReplies
from tools.support.relaying import Relay, Words

__all__ = [
    "CaseKeeper", "CaseService", "Desk", "NoOpenCase", "NotOfferable", "OnlyInPrivate",
    "QuickReplies", "Relay", "Taken", "Wanted", "Words", "case_lines",
    "case_of_customer", "case_shown", "colleague", "duty_lines", "in_private", "open_desk",
    "say_presence",
]  # fmt: skip
