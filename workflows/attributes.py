"""The search attributes by which operators filter cases in Temporal's UI. No personal data: they lie in clear."""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from dunning.explain.temporal_ui import Shown

ACCOUNT = SearchAttributeKey.for_keyword("Account")
POLICY = SearchAttributeKey.for_keyword("Policy")
STATE = SearchAttributeKey.for_keyword("State")
# Not "Level": that is a keyword in the queries of Temporal's visibility store, so nobody could filter by it.
LEVEL = SearchAttributeKey.for_keyword("ServiceLevel")
DUE_DATE = SearchAttributeKey.for_datetime("DueDate")
NEXT_MILESTONE = SearchAttributeKey.for_keyword("NextMilestone")
BALANCE_MINOR = SearchAttributeKey.for_int("BalanceMinor")
OVERDUE_DAYS = SearchAttributeKey.for_int("OverdueDays")

ALL: tuple[SearchAttributeKey[Any], ...] = (
    ACCOUNT,
    POLICY,
    STATE,
    LEVEL,
    DUE_DATE,
    NEXT_MILESTONE,
    BALANCE_MINOR,
    OVERDUE_DAYS,
)


def pairs(shown: Shown) -> Sequence[SearchAttributePair[Any]]:
    """The attributes and their values."""
    return (
        SearchAttributePair(ACCOUNT, shown.account),
        SearchAttributePair(POLICY, shown.policy),
        SearchAttributePair(STATE, shown.state),
        SearchAttributePair(LEVEL, shown.level),
        SearchAttributePair(DUE_DATE, shown.due_date),
        SearchAttributePair(NEXT_MILESTONE, shown.next_milestone),
        SearchAttributePair(BALANCE_MINOR, shown.balance_minor),
        SearchAttributePair(OVERDUE_DAYS, shown.overdue_days),
    )


def typed(shown: Shown) -> TypedSearchAttributes:
    """For starting a workflow: attributes set at the start cost nothing."""
    return TypedSearchAttributes(pairs(shown))


def show(shown: Shown) -> None:
    """Bring the running workflow's attributes to these values.

    Always all that can change, whatever the values are now: if the values decided whether there is an upsert, then
    every other wording in `dunning.explain.temporal_ui` would change the commands, and no running case would replay.
    """
    fixed = (ACCOUNT, POLICY) if already_shown() else ()
    news = [pair.key.value_set(pair.value) for pair in pairs(shown) if pair.key not in fixed]
    workflow.upsert_search_attributes(news)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open


def already_shown() -> bool:
    """Whether they were set at the start, as `operations.open_invoice` does."""
    return workflow.info().typed_search_attributes.get(ACCOUNT) is not None
