"""The search attributes of `dunning.names` as the running workflow writes them."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from dunning import names
    from dunning.names import Values

_MAKERS = {
    "keyword": SearchAttributeKey.for_keyword,
    "int": SearchAttributeKey.for_int,
    "datetime": SearchAttributeKey.for_datetime,
}
_KEYS: dict[names.Attribute, SearchAttributeKey[Any]] = {
    attribute: _MAKERS[attribute.kind](attribute.name) for attribute in names.ATTRIBUTES
}


def show_attributes(shown: Values) -> None:
    """Bring the running workflow's attributes to these values.

    Always all that can change, whatever the values are now: if the values decided whether there is an upsert, then
    every other wording in `dunning.explain.temporal_ui` would change the commands, and no running case would replay.
    """
    fixed = (names.POLICY,) if already_shown() else ()
    news = [_KEYS[attribute].value_set(value) for attribute, value in shown if attribute not in fixed]
    workflow.upsert_search_attributes(news)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open


def already_shown() -> bool:
    """Whether they were set at the start, as `operations.invoices.open_invoice` has it done."""
    return workflow.info().typed_search_attributes.get(_KEYS[names.ACCOUNT]) is not None
