"""Which column is what: by its header in Chinese or English, else by what stands in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.leads.contacts import phone_or_none
from tools.leads.importing.reader import Row

# Lower case, without spaces and punctuation; the first field that takes a header keeps it.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "姓名", "名字", "称呼", "客户", "客户姓名", "客户名称", "联系人", "联系人姓名", "name",
        "fullname", "contact", "contactname", "customer", "lead", "leadname",
    ),
    "phone": (
        "电话", "手机", "手机号", "手机号码", "电话号码", "联系电话", "联系方式", "移动电话",
        "phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "cell", "cellphone",
    ),
    "wechat": ("微信", "微信号", "微信id", "wechat", "wechatid", "weixin", "wx"),
    "email": ("邮箱", "电子邮箱", "邮件", "电子邮件", "email", "emailaddress", "mail"),
    "company": (
        "公司", "公司名称", "单位", "单位名称", "企业", "企业名称", "机构", "company",
        "companyname", "organisation", "organization", "employer",
    ),
    "industry": ("行业", "所属行业", "industry", "sector"),
    "region": ("地区", "区域", "城市", "省份", "所在地", "地址", "region", "city", "area", "province"),
    "source": ("来源", "渠道", "来源渠道", "线索来源", "来源平台", "source", "channel", "platform"),
    "note": ("备注", "说明", "留言", "需求", "note", "notes", "remark", "remarks", "comment"),
    "tags": ("标签", "tag", "tags", "label", "labels"),
}  # fmt: skip
FIELDS = tuple(_HEADERS)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_SAMPLE, _MOSTLY = 50, 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`mapping` gives a field's column, from 0; `columns` are the headers, or A, B, C…"""

    columns: list[str]
    mapping: dict[str, int]
    has_header: bool


def guess(rows: Sequence[Row]) -> Layout:
    first = rows[0][1]
    width = max(len(cells) for _, cells in rows)
    named = {
        position: field for position, cell in enumerate(first) if (field := field_called(cell))
    }
    has_header = bool(named) or not any(_is_contact(cell) for cell in first)
    columns = first if has_header else []
    columns = [
        columns[place] if place < len(columns) and columns[place] else _letter(place)
        for place in range(width)
    ]
    mapping: dict[str, int] = {}
    for position, field in named.items():
        mapping.setdefault(field, position)
    body = rows[1:] if has_header else rows
    for position in range(width):
        if position not in named:
            found = _by_content([cells[position] for _, cells in body if len(cells) > position])
            if found and found not in mapping:
                mapping[found] = position
    return Layout(columns=columns, mapping=mapping, has_header=has_header)


def field_called(word: str) -> str | None:
    """The field that a header, or a person, means."""
    plain = re.sub(r"[\W_]+", "", word).lower()
    return next((field for field, words in _HEADERS.items() if plain in words), None)


def _by_content(cells: Sequence[str]) -> str | None:
    filled = [cell for cell in cells if cell][:_SAMPLE]
    if not filled:
        return None
    for field, fits in (
        ("email", _EMAIL.fullmatch),
        ("phone", phone_or_none),
        ("name", _CHINESE_NAME.fullmatch),
    ):
        if sum(bool(fits(cell)) for cell in filled) >= len(filled) * _MOSTLY:
            return field
    return None


def _is_contact(cell: str) -> bool:
    return bool(_EMAIL.fullmatch(cell) or phone_or_none(cell))


def _letter(position: int) -> str:
    """A … Z, AA …, as a spreadsheet calls its columns."""
    before, rest = divmod(position, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + rest)
