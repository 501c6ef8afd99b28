"""How long a text is for a model, without its tokeniser."""

import re

_CJK = re.compile(r"[　-鿿豈-﫿＀-￯]")


def estimate_tokens(text: str) -> int:
    """About one token a Chinese character, one per four other characters; never below one."""
    wide = len(_CJK.findall(text))
    return max(1, wide + (len(text) - wide + 3) // 4)
