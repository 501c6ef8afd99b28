"""What a message wants of the knowledge base when it says so in plain words."""

import re

from agent.contract import Turn
from bot.media import is_kept
from config.roles import Role

_LINK = re.compile(r"https?://[^\s，。；！？、（）()<>《》“”\"']+")
_WISH = re.compile(
    r"(?:把|将)?(?:这个|这份|这篇|这些|它)?(?:文件|文档|资料|网页|链接|页面)?\s*"
    r"(?:加|放|存|录|收|添加|加入|放入|存入|录入|收入|导入|上传|保存|收录)(?:到|进|进到|至|入)?\s*(?:我们的|公司的?)?知识库(?:里面?|中)?"
    r"|\b(?:add|save|put|import|upload)\b(?:\s+\w+){0,4}?\s+(?:to|into|in)\s+(?:the\s+|our\s+)?knowledge(?:\s*base)?\b",
    re.IGNORECASE,
)
# A file that came before: in WeCom and DingTalk a message is either words or a file.
_EARLIER = re.compile(
    r"(?:这|那|刚才|刚刚|刚发|上面|上一)\S{0,4}?(?:文件|文档|资料|表格?)|\b(?:this|that|the)\s+(?:last\s+)?(?:file|document|pdf|sheet)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？]|怎么|如何|吗|\bhow\b", re.IGNORECASE)
_CATEGORY = re.compile(
    r"(?:(?:的|里的)?(?:分类|类别|目录|栏目)\s*(?:是|为|到|:|：)?|\b(?:category|under|in)\b\s*:?)\s*(\S+)",
    re.IGNORECASE,
)
_PATH = re.compile(r"[^\s/／，。,.：:]+(?:[/／][^\s/／，。,.：:]+)+")
_PAIR = re.compile(
    r"(?:^|\s)(?:问|question|q)\s*[:：].*(?:答|answer|a)\s*[:：]", re.IGNORECASE | re.DOTALL
)
_NO_PATH = " ，。,.;；:：!！"


def line_for_knowledge(turn: Turn) -> str | None:
    """The command that this message is; None when it does not speak of the knowledge base, or
    brings nothing for it. What customers say is never an order."""
    wish = _WISH.search(turn.text)
    if (
        wish is None
        or not turn.asker.role.includes(Role.agent)
        or turn.text.startswith(("/", "／"))
    ):
        return None
    rest = f"{turn.text[: wish.start()]} {turn.text[wish.end() :]}"
    if _PAIR.search(rest):
        return f"/knowledge faq {rest.lstrip(_NO_PATH)}"
    links = _LINK.findall(rest)
    brought = links or any(is_kept(file.media_type) for file in turn.files)
    if not brought and not _means_an_earlier_file(turn):
        return None
    return " ".join(["/knowledge add", *links, *_category(_LINK.sub(" ", rest))])


def _means_an_earlier_file(turn: Turn) -> bool:
    asks = _ASKS.search(turn.text) is not None
    return not turn.files and _EARLIER.search(turn.text) is not None and not asks


def _category(words: str) -> list[str]:
    named = _CATEGORY.search(words)
    found = named[1].strip(_NO_PATH) if named else ""
    path = _PATH.search(words)
    return [found] if found else [path[0]] if path else []
