"""googleAds:mutate: all operations on a draft, which becomes the account only when all are right."""

import re
from collections.abc import Iterator
from typing import Any

from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsResponse

from tests.emulators.ads.google.accounts import (
    KINDS,
    Account,
    Ids,
    Kind,
    Resource,
    Resources,
    number,
    status_name,
)
from tests.emulators.ads.google.checks import check
from tests.emulators.ads.google.failures import GoogleAdsError

Said = list[tuple[str, str]]
_REFERENCES = {noun: KINDS[noun].collection for noun in
               ("label", "campaign_budget", "campaign", "ad_group")}  # fmt: skip
_FIXED = {
    "campaign": {"advertising_channel_type", "id"},
    "campaign_budget": {"id", "explicitly_shared"},
    "ad_group": {"campaign", "id", "type_"},
    "ad_group_ad": {"ad_group", "ad"},
    "label": {"id"},
}
_GONE = "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"


class Mutation:
    """One request on one account; `response` is what is answered when `run` did not raise."""

    def __init__(self, account: Account, ids: Ids) -> None:
        self._account = account
        self._ids = ids
        self._temporary: dict[str, str | None] = {}
        self.draft: Resources = dict(account.resources)
        self.response = MutateGoogleAdsResponse.pb(MutateGoogleAdsResponse())

    def run(self, operations: Any) -> None:
        if not operations:
            raise GoogleAdsError(("request_error.REQUIRED_FIELD_MISSING", "mutate_operations"))
        said: Said = []
        for index, operation in enumerate(operations):
            said += self._operation(operation, f"mutate_operations[{index}]")
        if said:
            raise GoogleAdsError(*said)

    def _operation(self, operation: Any, at: str) -> Said:
        which = operation.WhichOneof("operation") or ""
        kind = KINDS.get(which.removesuffix("_operation"))
        if kind is None:
            return [("request_error.OPERATION_REQUIRED", at)]
        wanted = getattr(operation, which)
        verb = wanted.WhichOneof("operation")
        if verb is None:
            return [("request_error.OPERATION_REQUIRED", f"{at}.{which}")]
        act = {"create": self._create, "update": self._update, "remove": self._remove}[verb]
        said = list(act(kind, wanted))
        if not said:
            return []
        return [(code, f"{at}.{which}.{verb}{f'.{path}' if path else ''}") for code, path in said]

    def _create(self, kind: Kind, wanted: Any) -> Iterator[tuple[str, str]]:
        resource = type(wanted.create)()
        resource.CopyFrom(wanted.create)
        temporary = resource.resource_name
        if temporary:
            if not _is_temporary(temporary, kind, self._account.customer_id):
                yield "new_resource_creation_error.CANNOT_SET_ID_FOR_CREATE", "resource_name"
                return
            if number(temporary) in {number(name) for name in self._temporary}:
                yield "new_resource_creation_error.DUPLICATE_TEMP_IDS", "resource_name"
                return
            self._temporary[temporary] = None
            resource.resource_name = ""
        wrong = [*self._resolve(resource), *check(kind.noun, resource, self.draft, self._account)]
        if wrong:
            yield from wrong
            return
        self._place(kind, resource)
        if temporary:
            self._temporary[temporary] = resource.resource_name
        self._answer(kind, resource.resource_name)

    def _resolve(self, resource: Resource) -> Iterator[tuple[str, str]]:
        """Puts real names where temporary ones stand; what is referred to must be there."""
        fields = resource.DESCRIPTOR.fields_by_name
        for field in _REFERENCES.keys() & fields.keys():
            name = getattr(resource, field)
            if not name:
                continue
            if name in self._temporary:
                real = self._temporary[name]
                if real is None:
                    yield "new_resource_creation_error.TEMP_ID_RESOURCE_HAD_ERRORS", field
                    continue
                setattr(resource, field, name := real)
            if name not in self.draft or f"/{_REFERENCES[field]}/" not in name:
                yield "mutate_error.RESOURCE_NOT_FOUND", field
            elif status_name(self.draft[name]) == "REMOVED":
                yield _GONE, field

    def _place(self, kind: Kind, resource: Resource) -> None:
        id_ = self._ids.new()
        parents = [number(getattr(resource, parent)) for parent in kind.parents]
        own = "~".join(parents if kind.noun == "campaign_label" else [*parents, str(id_)])
        resource.resource_name = f"customers/{self._account.customer_id}/{kind.collection}/{own}"
        _number(kind, resource, id_, self._account.customer_id)
        if "status" in resource.DESCRIPTOR.fields_by_name and not resource.status:
            _switch(resource, "ENABLED")
        self.draft[resource.resource_name] = resource

    def _update(self, kind: Kind, wanted: Any) -> Iterator[tuple[str, str]]:
        name = wanted.update.resource_name
        yield from self._there(kind, name)
        if name not in self.draft or status_name(self.draft[name]) == "REMOVED":
            return
        if not wanted.update_mask.paths:
            yield "field_mask_error.FIELD_MASK_MISSING", "update_mask"
            return
        for path in wanted.update_mask.paths:
            if path.partition(".")[0] not in wanted.update.DESCRIPTOR.fields_by_name:
                yield "field_mask_error.FIELD_NOT_FOUND", "update_mask"
                return
            if path in _FIXED.get(kind.noun, ()):
                yield "field_error.IMMUTABLE_FIELD", path
                return
        resource = type(wanted.update)()
        resource.CopyFrom(self.draft[name])
        wanted.update_mask.MergeMessage(wanted.update, resource, True, True)
        if kind.switched and status_name(resource) == "REMOVED":
            # What is to go is removed, not switched.
            yield "field_error.INVALID_VALUE", "status"
            return
        yield from check(kind.noun, resource, self.draft, self._account)
        self.draft[name] = resource
        self._answer(kind, name)

    def _remove(self, kind: Kind, wanted: Any) -> Iterator[tuple[str, str]]:
        name = wanted.remove
        wrong = [*self._there(kind, name)]
        yield from wrong
        if wrong:
            return
        resource = type(self.draft[name])()
        resource.CopyFrom(self.draft[name])
        if "status" in resource.DESCRIPTOR.fields_by_name:
            _switch(resource, "REMOVED")
            self.draft[name] = resource
        else:
            del self.draft[name]
        self._answer(kind, name)

    def _there(self, kind: Kind, name: str) -> Iterator[tuple[str, str]]:
        """Also nothing below a removed campaign can be changed any more."""
        prefix = f"customers/{self._account.customer_id}/{kind.collection}/"
        if not name:
            yield "request_error.RESOURCE_NAME_MISSING", "resource_name"
        elif not re.fullmatch(r"customers/\d+/[A-Za-z]+/\d+(~\d+)*", name):
            yield "request_error.RESOURCE_NAME_MALFORMED", "resource_name"
        elif name not in self.draft or not name.startswith(prefix):
            yield "mutate_error.RESOURCE_NOT_FOUND", "resource_name"
        elif self._gone(self.draft[name]):
            yield _GONE, ""

    def _gone(self, resource: Resource | None) -> bool:
        if resource is None:
            return False
        fields = resource.DESCRIPTOR.fields_by_name
        if "status" in fields and status_name(resource) == "REMOVED":
            return True
        above = [field for field in ("campaign", "ad_group") if field in fields]
        return any(self._gone(self.draft.get(getattr(resource, field))) for field in above)

    def _answer(self, kind: Kind, name: str) -> None:
        result = self.response.mutate_operation_responses.add()
        getattr(result, f"{kind.noun}_result").resource_name = name


def _is_temporary(name: str, kind: Kind, customer_id: str) -> bool:
    return re.fullmatch(rf"customers/{customer_id}/{kind.collection}/-[1-9]\d*", name) is not None


def _number(kind: Kind, resource: Resource, id_: int, customer_id: str) -> None:
    if kind.noun == "ad_group_ad":
        resource.ad.id = id_
        resource.ad.resource_name = f"customers/{customer_id}/ads/{id_}"
    elif kind.noun.endswith("_criterion"):
        resource.criterion_id = id_
    elif kind.noun != "campaign_label":
        resource.id = id_


def _switch(resource: Resource, status: str) -> None:
    values = resource.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_name
    resource.status = values[status].number
