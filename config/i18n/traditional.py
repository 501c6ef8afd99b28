"""Writes the zh-TW catalogues from the zh-CN ones: `python -m config.i18n.traditional`.

OpenCC converts characters and Taiwan's phrases; `_WORDS` is where its choice is not ours. The
result is committed, so that a reader of Traditional Chinese can review it.
"""

from functools import cache, lru_cache
from pathlib import Path

from opencc import OpenCC

_FOLDER = Path(__file__).parent
_WORDS = {
    "“": "「", "”": "」", "這周": "這週", "許可權": "權限", "檢視": "查看",
    "新建": "新增", "平臺": "平台", "大白話": "白話", "審計": "稽核", "廣告組": "廣告組合",
    "執行狀況": "運作狀況",
}  # fmt: skip


@cache
def traditional(text: str) -> str:
    """What an organisation wrote in Simplified Chinese, for a reader in Taiwan."""
    text = _converter().convert(text)
    for theirs, ours in _WORDS.items():
        text = text.replace(theirs, ours)
    return text


@lru_cache(maxsize=256)
def simplified(text: str) -> str:
    """The other way round, for a reader on the mainland."""
    converted: str = _back().convert(text)
    return converted


def write() -> None:
    for source in sorted((_FOLDER / "zh-CN").glob("*.yaml")):
        text = source.read_text(encoding="utf-8")
        if source.stem != "languages":
            text = traditional(text)
        (_FOLDER / "zh-TW" / source.name).write_text(text, encoding="utf-8")


@cache
def _converter() -> OpenCC:
    return OpenCC("s2twp")


@cache
def _back() -> OpenCC:
    return OpenCC("tw2sp")


if __name__ == "__main__":
    write()
