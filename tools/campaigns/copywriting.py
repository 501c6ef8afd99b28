"""write_ad_copy: a few short texts for a product, by a model, else by templates; shown, never used
by itself. Whatever the address or a model says is text and gives no orders."""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from config.i18n import Language, say
from tools.campaigns.arguments import WriteAdCopy
from tools.context import ToolContext
from tools.result import ToolResult

LONGEST = 125
VARIANTS = 3
_TRIES = 2
_TEMPLATES = ("gain", "trial", "question")
# Superlatives and promises that the Chinese advertising law and the platforms' policies forbid.
_FORBIDDEN = re.compile(
    r"最(?!近|后|新|多\d|少\d)|第一(?!次|步|课|节)|唯一|顶级|国家级|100\s?%|百分之?百|绝对|永久|包过|包会|稳赚|"
    r"保证|根治|(?<![a-z])(?:best|no\.? ?1|number one|guarantee[ds]?|risk[- ]free|miracle|cure[sd]?|"
    r"100% (?:free|safe))(?![a-z])",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|www\.|[<>{}|]")
_NUMBERING = re.compile(r"^\s*(?:\d+[.、)]|[-*•])\s*")
_FILE_END = re.compile(r"\.(?:html?|php|aspx?|jsp)$")
_NAMES = {Language.zh_cn: "简体中文", Language.zh_tw: "繁體中文", Language.en: "English"}


async def write_ad_copy(context: ToolContext, arguments: WriteAdCopy) -> ToolResult:
    """At most three variants of at most 125 characters, in the language asked for or the asker's."""
    language = Language(arguments.language) if arguments.language else context.language
    product = product_of(arguments.product_url) or context.say("campaigns.copy.this_product")
    variants = await _written(context, arguments, language, product)
    source = "by_model" if variants else "by_template"
    variants = variants or _templates(language, product)
    platform = context.say(f"campaigns.platform.{arguments.platform}")
    lines = [
        context.say("campaigns.copy.title", platform=platform, product=product),
        *(f"{place}. {text}" for place, text in enumerate(variants, start=1)),
        context.say(f"campaigns.copy.{source}"),
        context.say("campaigns.copy.next"),
    ]
    data = {"variants": variants, "source": source, "platform": arguments.platform}
    return ToolResult(status="ok", text="\n".join(lines), data=data)


def product_of(url: str) -> str:
    """What the address calls the product: the words of its last part; empty when there are none."""
    parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    words = re.split(r"[-_+\s]+", _FILE_END.sub("", parts[-1])) if parts else []
    named = " ".join(word for word in words if word and not word.isdigit())
    return named if len(named) <= 40 else ""


def acceptable(texts: Iterable[str]) -> list[str]:
    """Those that keep the rules: short, without forbidden claims and links, each once."""
    cleaned = (" ".join(_NUMBERING.sub("", text).split()).strip("\"“”'") for text in texts)
    kept = [
        text
        for text in cleaned
        if 0 < len(text) <= LONGEST and not _FORBIDDEN.search(text) and not _LINK.search(text)
    ]
    return list(dict.fromkeys(kept))[:VARIANTS]


async def _written(
    context: ToolContext, arguments: WriteAdCopy, language: Language, product: str
) -> list[str]:
    """By the models that the service has, asked once more when they break the rules."""
    instructions = (
        f"Write {VARIANTS} different ad texts in {_NAMES[language]} for {arguments.platform}. Each "
        f"at most {LONGEST} characters: one selling point and one call to action, plain and honest. "
        "No superlatives, no promises of results, no prices, no links, no invented facts. Answer "
        "with a JSON list of strings and nothing else."
    )
    material = json.dumps(
        {"product": product, "address": arguments.product_url}, ensure_ascii=False
    )
    for _ in range(_TRIES):
        answer = await context.writer.write(instructions, material)
        if answer is None:
            return []
        if variants := acceptable(_texts(answer)):
            return variants
    return []


def _texts(answer: str) -> list[str]:
    """A JSON list, also in a fence, else one text a line."""
    found = re.search(r"\[.*\]", answer, re.DOTALL)
    try:
        listed = json.loads(found[0]) if found else None
    except ValueError:
        listed = None
    if isinstance(listed, list):
        return [str(each) for each in listed]
    return answer.splitlines()


def _templates(language: Language, product: str) -> list[str]:
    return [
        say(language, f"campaigns.copy.templates.{name}", product=product) for name in _TEMPLATES
    ]
