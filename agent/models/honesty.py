"""Whether a model's words may be shown: figures must come from somewhere, and "done" from a deed.

Only words of a turn without any effect are shown at all; what an effect did is told by its tool.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from tools.result import ToolResult

# "我已经将 C-1 的预算提高", "预算调整好了", "I've paused C-3", "has been created".
_CLAIMS = re.compile(
    r"(?:已经?|成功)(?:为您|为你|帮您|帮你|给您|给你|将|把|经|成功)*[^。！？,，;；\n]{0,20}?"
    r"(?:提高|提升|增加|降低|下调|上调|减少|调整|暂停|停止|启动|开启|开始|恢复|删除|创建|新建|建立|"
    r"更新|修改|设置|设为|分配|转|发送|保存|记录|完成|执行|处理|添加|导出|取消|安排|生效)"
    r"|(?:调整|修改|设置|暂停|启动|创建|更新|分配|删除|处理|办|做)(?:好|完|妥)了"
    r"|\b(?:i(?:'ve| have)|we(?:'ve| have)|has been|have been|was|were|is now|are now)\s+"
    r"(?:now\s+|just\s+|already\s+|successfully\s+)*"
    r"(?:raised|increased|decreased|lowered|cut|reduced|changed|updated|set|paused|stopped|started|"
    r"resumed|enabled|disabled|created|deleted|removed|assigned|converted|sent|saved|added|done|"
    r"completed|scheduled|exported|cancell?ed|launched|adjusted|active)\b"
    r"|\bsuccessfully\b|\ball done\b|^\s*done\b",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?")
# Places in a list, hours and small counts carry no figure of the business.
_SMALL = 12


def claims_a_deed(text: str) -> bool:
    """Whether the words say that something was done."""
    return _CLAIMS.search(text) is not None


def invents_figures(text: str, results: Iterable[ToolResult], said: Iterable[str]) -> bool:
    """Whether the words hold a number that neither a tool nor anybody in the chat named."""
    known = {
        number
        for source in (*said, *(f"{result.text} {result.data}" for result in results))
        for number in _numbers(source)
    }
    return any(number > _SMALL and number not in known for number in _numbers(text))


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(match[0].replace(",", "")) for match in _NUMBER.finditer(text)}
