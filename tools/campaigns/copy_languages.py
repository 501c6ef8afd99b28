"""Which language the ads of some countries are written in."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.i18n import Language
from config.i18n.detect import detect
from config.i18n.traditional import simplified, traditional

# What most ads of a country are written in; countries that are not here get English.
_BY_LANGUAGE: Mapping[str, str] = {
    "zh-CN": "CN", "zh-TW": "TW HK MO",
    "en": "US GB CA AU NZ IE SG PH IN ZA NG KE GH PK LK MT JM TT BB BS FJ UG ZM ZW TZ",
    "ja": "JP", "ko": "KR", "de": "DE AT CH LI", "fr": "FR BE LU MC SN CI CM MA TN DZ",
    "es": "ES MX AR CO CL PE VE EC GT BO DO HN PY SV NI CR PA UY PR", "pt": "PT BR AO MZ",
    "it": "IT SM", "nl": "NL", "pl": "PL", "sv": "SE", "da": "DK", "nb": "NO", "fi": "FI",
    "cs": "CZ", "sk": "SK", "hu": "HU", "ro": "RO MD", "bg": "BG", "hr": "HR", "sr": "RS",
    "el": "GR CY", "tr": "TR", "ru": "RU BY KZ KG", "uk": "UA", "he": "IL",
    "ar": "SA AE QA KW BH OM JO LB IQ EG LY", "fa": "IR", "hi": "NP", "bn": "BD",
    "th": "TH", "vi": "VN", "id": "ID", "ms": "MY BN", "km": "KH", "lo": "LA", "my": "MM",
    "lt": "LT", "lv": "LV", "et": "EE", "sl": "SI", "is": "IS",
}  # fmt: skip
_OF = {code: language for language, codes in _BY_LANGUAGE.items() for code in codes.split()}
_CHINESE = frozenset({"zh-CN", "zh-TW"})
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_LATIN = re.compile(r"[A-Za-z]")
# Letters that show a language which we cannot read otherwise; the others are written in Latin ones.
_LETTERS = {
    "ja": "[぀-ヿ]", "ko": "[가-힯]", "th": "[฀-๿]", "el": "[Ͱ-Ͽ]", "he": "[֐-׿]",
    "ar": "[؀-ۿ]", "fa": "[؀-ۿ]", "hi": "[ऀ-ॿ]", "bn": "[ঀ-৿]", "km": "[ក-៿]", "lo": "[຀-໿]",
    "my": "[က-႟]", "ru": "[Ѐ-ӿ]", "uk": "[Ѐ-ӿ]", "bg": "[Ѐ-ӿ]", "sr": "[Ѐ-ӿA-Za-z]",
}  # fmt: skip
_LAST_LATIN = 0x24F
OURS = frozenset(language.value for language in Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """`language` is a BCP 47 tag; `others` are the countries of the order that speak another."""

    language: str
    others: tuple[str, ...] = ()

    @property
    def ours(self) -> Language:
        """In which language we write it without a model."""
        return Language(self.language) if self.language in OURS else Language.en


def tongue_of(countries: Sequence[str]) -> Tongue:
    """What more than half of the countries speak; Chinese where all do; else English."""
    spoken = {country: language_of(country) for country in countries}
    counted = Counter(spoken.values()).most_common()
    language, most = counted[0] if counted else ("en", 0)
    if 2 * most <= len(spoken) and not _CHINESE.issuperset(spoken.values()):
        language = "en"
    others = tuple(country for country, own in spoken.items() if own != language)
    return Tongue(language=language, others=others)


def language_of(country: str) -> str:
    return _OF.get(country.upper(), "en")


def put_into(text: str, language: str) -> str | None:
    """A text that is in this language, as far as its letters show; between the two kinds of Chinese
    its characters are exchanged. None for a text in another language."""
    if language in _CHINESE:
        return _in_chinese(text, language) if _is_chinese(text) else None
    if language in _LETTERS:
        return text if re.search(_LETTERS[language], text) else None
    latin = all(ord(char) <= _LAST_LATIN for char in text if char.isalpha())
    return text if latin and _LATIN.search(text) else None


def _in_chinese(text: str, language: str) -> str:
    is_traditional = detect(text) is Language.zh_tw
    if language == Language.zh_tw:
        return text if is_traditional else traditional(text)
    return simplified(text) if is_traditional else text


def _is_chinese(text: str) -> bool:
    return _HAN.search(text) is not None and re.search(_LETTERS["ja"], text) is None
