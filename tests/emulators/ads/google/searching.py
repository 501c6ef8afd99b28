"""Answers queries: rows of a resource with what belongs to it, narrowed to what was asked for."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from tests.emulators.ads.google.accounts import COUNTRIES, Account, Resource, number, row
from tests.emulators.ads.google.gaql import Query, parse, refused
from tests.emulators.ads.google.selling import METRICS, Sales

# What a row of each resource carries beside it.
_WITH = {
    "ad_group": ("campaign", "customer"),
    "ad_group_ad": ("ad_group", "campaign", "customer", "metrics", "segments"),
    "campaign": ("campaign_budget", "customer"),
    "campaign_label": ("campaign", "label", "customer"),
    "customer": (),
    "geo_target_constant": (),
    "label": ("customer",),
}
_ROW = row().DESCRIPTOR


class Search:
    def __init__(self, account: Account, sales: Sales) -> None:
        self._account = account
        self._sales = sales

    def run(self, text: str) -> tuple[list[Any], FieldMask]:
        """The rows and the fields that were asked for; raises GoogleAdsError."""
        query = parse(text)
        self._check(query)
        found = [each for each in self._rows(query) if _holds(query, each)]
        for name, descending in reversed(query.order):
            found.sort(key=lambda each: _read(each, name), reverse=descending)
        if query.limit is not None:
            found = found[: query.limit]
        mask = FieldMask(paths=query.fields)
        return [_narrowed(each, mask) for each in found], mask

    def _check(self, query: Query) -> None:
        if query.resource not in _WITH:
            raise refused("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")
        for name in query.mentioned():
            head = name.partition(".")[0]
            _resolve(name)
            if head != query.resource and head not in _WITH[query.resource]:
                raise refused("PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE")
            if head == "metrics" and name not in METRICS:
                raise refused("PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE")
            if head == "segments" and name != "segments.date":
                raise refused("PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE")
        for condition in query.conditions:
            if condition.field == "segments.date" and condition.operator == "BETWEEN":
                _check_days(condition.value)

    def _rows(self, query: Query) -> Iterator[Any]:
        if query.resource == "geo_target_constant":
            yield from _countries()
        elif query.resource == "customer":
            yield self._with_customer(row())
        elif any(name.startswith(("metrics.", "segments.")) for name in query.mentioned()):
            yield from self._sold(query)
        else:
            yield from (self._joined(query.resource, each) for each in self._of(query.resource))

    def _of(self, noun: str) -> list[Resource]:
        return [*self._account.of(noun)]

    def _joined(self, noun: str, resource: Resource) -> Any:
        found = row()
        self._join(found, noun, resource)
        return self._with_customer(found)

    def _join(self, found: Any, noun: str, resource: Resource) -> None:
        getattr(found, noun).CopyFrom(resource)
        for other in ("ad_group", "campaign", "label", "campaign_budget"):
            if other in resource.DESCRIPTOR.fields_by_name and not found.HasField(other):
                below = self._account.resources.get(getattr(resource, other))
                if below is not None:
                    self._join(found, other, below)

    def _with_customer(self, found: Any) -> Any:
        account = self._account
        found.customer.id = int(account.customer_id)
        found.customer.resource_name = f"customers/{account.customer_id}"
        found.customer.currency_code = account.currency
        found.customer.time_zone = account.timezone
        found.customer.descriptive_name = account.title
        found.customer.manager = account.manager
        found.customer.status = 2  # ENABLED
        return found

    def _sold(self, query: Query) -> Iterator[Any]:
        """Per ad and day when days are asked for, else per ad over all of them."""
        by_id = {number(each.resource_name): each for each in self._of("ad_group_ad")}
        ads = {each.partition("~")[2]: resource for each, resource in by_id.items()}
        start, end = _period(query)
        for figures in self._sales.figures(start, end, daily="segments.date" in query.fields):
            if figures.ad_id not in ads:
                continue
            found = self._joined("ad_group_ad", ads[figures.ad_id])
            figures.put_into(found)
            yield found


def _holds(query: Query, found: Any) -> bool:
    return all(
        condition.holds(_read(found, condition.field))
        for condition in query.conditions
        if condition.field != "segments.date" or found.segments.date
    )


def _period(query: Query) -> tuple[date, date]:
    for condition in query.conditions:
        if condition.field == "segments.date":
            if condition.operator == "BETWEEN":
                low, high = condition.value
                return date.fromisoformat(low), date.fromisoformat(high)
            if condition.operator == "=":
                day = date.fromisoformat(condition.value)
                return day, day
    return date.min, date.max


def _check_days(days: tuple[Any, Any]) -> None:
    try:
        low, high = (date.fromisoformat(str(day)) for day in days)
    except ValueError as error:
        raise refused("INVALID_DATE_FORMAT") from error
    if low > high:
        raise refused("INVALID_VALUE_WITH_BETWEEN_OPERATOR")


def _countries() -> Iterator[Any]:
    for code, constant in COUNTRIES.items():
        found = row()
        target = found.geo_target_constant
        target.resource_name, target.id = f"geoTargetConstants/{constant}", constant
        target.country_code, target.target_type, target.status = code, "Country", 2
        yield found


def _resolve(name: str) -> None:
    """A field of a row that is no message by itself; names are snake_case, as Google has them."""
    descriptor: Any = _ROW
    field: Any = None
    for part in name.split("."):
        fields = descriptor.fields_by_name if descriptor is not None else {}
        if part not in fields:
            raise refused("UNRECOGNIZED_FIELD")
        field = fields[part]
        descriptor = field.message_type
    if descriptor is not None and not field.is_repeated:
        raise refused("UNRECOGNIZED_FIELD")


def _read(found: Any, name: str) -> Any:
    value: Any = found
    field: Any = None
    for part in name.split("."):
        field = value.DESCRIPTOR.fields_by_name[part]
        value = getattr(value, part)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return value


def _narrowed(found: Any, mask: FieldMask) -> Any:
    """The asked-for fields, and the names of the resources that they are of."""
    answer = row()
    mask.MergeMessage(found, answer)
    for head in {path.partition(".")[0] for path in mask.paths} - {"metrics", "segments"}:
        getattr(answer, head).resource_name = getattr(found, head).resource_name
    return answer
