"""What the staff says in plain words that a command shows or does.

Only a whole message is taken for one: in a longer one such words may be about something else.
"""

import re
from collections.abc import Mapping
from functools import cache

from config.i18n import Language, catalogue

# By the name of their words in the catalogues.
_LINES = {
    "undo": "/undo", "import": "/import", "approvals": "/approvals", "duty": "/duty",
    "on_duty": "/duty on", "off_duty": "/duty off", "cases": "/cases", "tickets": "/tickets",
    "my_tickets": "/tickets mine", "overdue_tickets": "/tickets overdue",
    "knowledge": "/knowledge", "playbooks": "/playbooks",
    "users": "/users", "health": "/health",
}  # fmt: skip
_ENDS = " 。.!！?？~～"
# What may stand around the words without changing them.
_FILLING = re.compile(
    r"[\s。.!！?？~～，,、]|请|請|帮我|幫我|给我|給我|看看|看一下|看下|查看|查一下|列出|显示|顯示|一下|今天|现在|現在|目前|当前|當前|最近"
    r"|都|的|吗|嗎|呢|\b(?:please|can you|show|list|give|me|the|all|now|today)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?P<take>(?:我来|我來|我)?(?:接|接手|接待|接管)|(?:i'?ll )?take(?: over)?)?\s*(?:工单|工單)?\s*"
    r"(?P<letter>[hk])[-\s]?(?P<number>\d{1,9})\s*"
    r"(?:怎么样了?|怎麼樣了?|什么情况|什麼情況|情况|情況|详情|詳情|进展|進展|到哪了)?",
)


def line_for_desk(text: str) -> str | None:
    """The command that a colleague's message is, None when it is something else."""
    about = _ABOUT.fullmatch(text.lower().strip(_ENDS))
    return _line_about(about) if about else _meant().get(_bare(text))


def _line_about(about: re.Match[str]) -> str:
    ref = f"{about['letter'].upper()}-{about['number']}"
    if about["letter"] == "k":
        return f"/ticket {ref}"
    return f"/{'takeover' if about['take'] else 'case'} {ref}"


@cache
def _meant() -> Mapping[str, str]:
    return {
        _bare(words): line
        for language in Language
        for name, line in _LINES.items()
        for words in catalogue(language)[f"commands.words_{name}"].split(",")
    }


def _bare(words: str) -> str:
    """Without what does not change what is meant."""
    return _FILLING.sub("", words.lower())
