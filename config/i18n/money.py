"""Amounts of money as people read them."""

from decimal import ROUND_HALF_UP, Decimal

from config.i18n import Language

_LOCALES = {Language.zh_cn: "zh_CN", Language.zh_tw: "zh_TW", Language.en: "en"}
_CENT = Decimal("0.01")


def format_money(language: Language, currency: str, amount: Decimal) -> str:
    """`¥1,200` or `¥99.50`: cents only when there are any."""
    # Imported here: most turns show no money, and babel's data costs memory.
    from babel.numbers import format_currency

    value = amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    pattern = "¤#,##0" if value == value.to_integral_value() else "¤#,##0.00"
    return format_currency(
        value, currency, pattern, locale=_LOCALES[language], currency_digits=False
    )
