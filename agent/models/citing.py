"""A model's answer to a customer: only sentences that the passages it read bear out, each with its
mark, and the list of sources."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.models.grounding import attributed, grounded, has_figures, promises, retold
from config.i18n import Language
from tools.citing import Source, joined, listed, marked
from tools.reading.sentences import sentences
from tools.result import ToolResult

_MARK = re.compile(r"\s*[\[【]\^?(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)[\]】]")
_OWN_LIST = re.compile(
    r"^\W*(?:来源|來源|参考|參考|资料来源|sources?|references?)\W*[:：]", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:[-*+•·]|\d{1,2}[.)、])\s+|^\s*#{1,6}\s+")
# Words that tell nothing about the company: courtesy, doubt, and the offer of a person.
_COURTESY = re.compile(
    r"^(?:您好|你好|好的|当然|當然|谢谢|謝謝|感谢|感謝|不客气|不客氣|抱歉|对不起|對不起|很高兴|很高興|希望|祝|请问|請問|如果?(?:您|你)?(?:还|還)?有|如需|若有|欢迎|歡迎|请稍|請稍|关于|關於"
    r"|hello|hi\b|sure|of course|thanks?|thank you|sorry|i'?m sorry|i apologi[sz]e|you'?re welcome|happy to|glad to|i hope|hope|please let me know|let me know|feel free|if you have|is there anything)"
    r"|不确定|不確定|不清楚|没有找到|沒有找到|没有相关|AI ?助手|转人工|轉人工|真人|同事|(?<![a-z])(?:not sure|don't know|could not find|couldn't find|no information|colleague|a person|human)(?![a-z])",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"支持|提供|可以[退换換享免送寄]|享受|保修|保固|退[货貨款换換]|发货|發貨|送[达達货貨]|包装|价|價|元|折|店|营业|營業"
    r"|(?<![a-z])(?:we (?:offer|provide|ship|accept|have|sell|deliver|refund)|you (?:get|can return|will (?:get|receive))|warranty|refunds?|returns?|price|costs?|ships?|deliver\w*|open)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Answer:
    """The sentences kept so far, by line; `order` are the places cited, as they came."""

    lines: list[str] = field(default_factory=list)
    order: list[Source] = field(default_factory=list)
    kept: int = 0
    dropped: int = 0

    def number(self, passage: Mapping[str, Any]) -> int:
        source = Source(str(passage["source"]), str(passage.get("link", "")))
        if source not in self.order:
            self.order.append(source)
        return self.order.index(source) + 1


def passages_of(results: Iterable[ToolResult]) -> list[Mapping[str, Any]]:
    """What searches of the documents gave to read."""
    return [entry for result in results for entry in result.data.get("passages", ())]


def is_search(result: ToolResult) -> bool:
    return "passages" in result.data


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may stand behind an answer: passages, what the asker `said`, and what colleagues `told`
    the asker in this conversation."""

    passages: Sequence[Mapping[str, Any]] = ()
    said: Sequence[str] = ()
    told: Sequence[str] = ()


def cited(
    text: str, results: Sequence[ToolResult], language: Language, said: Sequence[str],
    told: Sequence[str] = (),
) -> str | None:  # fmt: skip
    """The answer without what neither a passage nor a colleague says, renumbered; None when nothing
    that is told is borne out, or more of it is not than is."""
    known = Known(passages=passages_of(results), said=said, told=told)
    answer = _Answer()
    for line in text.splitlines():
        if _OWN_LIST.match(line):
            break
        kept = _line(line, known, answer)
        if kept or not line.strip():
            answer.lines.append(kept)
    if not answer.kept or answer.dropped > answer.kept:
        return None
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(answer.lines)).strip()
    if not answer.order:
        return words
    return f"{words}\n\n{listed(language, enumerate(answer.order, 1))}"


def only_courtesy(text: str, told: Sequence[str] = ()) -> bool:
    """Whether the words tell nothing that would need a source, beyond what colleagues `told`."""
    return all(_courteous(each) or retold(each, told) for each in _sentences(text))


def beyond_what_was_told(text: str, told: Sequence[str]) -> str:
    """The words without those that only repeat what a colleague said."""
    return "\n".join(each for each in _sentences(text) if not retold(each, told))


def _sentences(text: str) -> list[str]:
    return [each for line in text.splitlines() if line.strip() for each in sentences(line)]


def _line(line: str, known: Known, answer: _Answer) -> str:
    lead = _ITEM.match(line)
    found = sentences(line[lead.end() :] if lead else line)
    marks = [_marks(each) for each in found]
    kept = []
    for at, sentence in enumerate(found):
        bare = _MARK.sub("", sentence).strip()
        # One mark at a paragraph's end is meant for all of it.
        near = marks[at] or next((each for each in marks[at + 1 :] if each), []) or next(
            (each for each in reversed(marks[:at]) if each), []
        )  # fmt: skip
        behind = _bearing(
            bare, [each for each in known.passages if each["number"] in near], known.said
        )
        if bare and not behind and retold(bare, known.told):
            kept.append(bare)
            answer.kept += 1
        elif not marks[at] and _courteous(bare):
            kept.append(bare)
        elif bare and behind:
            kept.append(marked(bare, *dict.fromkeys(map(answer.number, behind))))
            answer.kept += 1
        elif bare:
            answer.dropped += 1
    return (lead[0] if lead and kept else "") + joined(kept)


def _bearing(
    sentence: str, passages: Sequence[Mapping[str, Any]], said: Sequence[str]
) -> list[Mapping[str, Any]]:
    """The passages that bear the sentence out: one that does alone, or all that were cited."""
    if attributed(sentence):
        # No document says what a colleague said.
        return []
    alone = [each for each in passages if grounded(sentence, _text(each), said)]
    if alone:
        return alone[:1]
    together = "\n".join(_text(each) for each in passages)
    return [*passages] if len(passages) > 1 and grounded(sentence, together, said) else []


def _text(passage: Mapping[str, Any]) -> str:
    return "\n".join(str(passage.get(name, "")) for name in ("source", "question", "text"))


def _marks(sentence: str) -> list[int]:
    return [
        int(each) for match in _MARK.finditer(sentence) for each in re.findall(r"\d+", match[1])
    ]


def _courteous(sentence: str) -> bool:
    if has_figures(sentence) or promises(sentence) or attributed(sentence):
        return False
    asks = sentence.rstrip().endswith(("?", "？"))
    return (asks or _COURTESY.search(sentence) is not None) and not _CLAIM.search(sentence)
