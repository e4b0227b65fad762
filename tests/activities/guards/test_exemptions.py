"""The second line: a case that has not heard of an exemption is told at the hand, and what has begun is done wholly."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activities.guards.exemptions import ExemptionCheck
from adapters.store import SqlStore
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.coverage import Coverage
from dunning.holds import Hold, Rule, after_payment
from dunning.level import Level
from dunning.records.accounts import Account, AccountChange, Service

AT = datetime(2026, 12, 11, 15, tzinfo=UTC)
LAST = date(2026, 12, 20)
HEAD: dict[str, Any] = {"invoice": "INV-1", "account": "a", "at": AT, "today": AT.date()}
EXEMPT = {"exempt_until": LAST, "exempt_by": "ana", "exempt_reason": "a partner"}


async def known(store: SqlStore, service: str = "") -> None:
    """The account, and then the exemption of it or of one of its services."""
    services = tuple(Service(id=each, account="a", user=each) for each in ("shop", "blog"))
    plain = Account(id="a", name="A", services=services)
    await store.put_account(plain)
    changed = tuple(each.model_copy(update=EXEMPT) if each.id == service else each for each in services)
    after = plain.model_copy(update={"services": changed} if service else EXEMPT)
    change = AccountChange(account="a", at=AT, by="ana", reason="a partner", what=("exempt",))
    assert await store.replace_account(plain, after, change)
    assert await store.account("a") == after


def suspend(*services: str, **more: Any) -> RestrictOrder:
    covers = Coverage(services=services)
    facts = {**HEAD, "step": "suspend", "level": Level.SUSPENDED, "covers": covers}
    return RestrictOrder.model_validate({**facts, **more})


ORDERS: list[tuple[str, RestrictOrder | DeleteOrder, bool]] = [
    ("", suspend(), True),
    ("", suspend("shop"), True),
    ("", DeleteOrder(**HEAD, step="delete"), True),
    ("", suspend(level=Level.WARNED), False),
    ("", suspend(today=LAST), True),
    ("", suspend(today=LAST + timedelta(days=1)), False),
    ("shop", suspend("shop"), True),
    ("shop", suspend("blog"), False),
    ("shop", suspend(), True),
]


@pytest.mark.parametrize(("service", "order", "waits"), ORDERS)
async def test_who_is_exempt_waits_and_the_case_hears_of_it(
    store: SqlStore, service: str, order: RestrictOrder | DeleteOrder, waits: bool
) -> None:
    await known(store, service)
    found = await ExemptionCheck(store).may(order)
    assert (found is not None) is waits
    if found:
        assert found.until > AT
        assert found.exempt
        assert (found.exempt.until, found.exempt.number, found.exempt.by) == (LAST, 1, "ana")


async def test_what_an_earlier_try_has_begun_is_done_wholly(store: SqlStore) -> None:
    await known(store)
    await store.place_hold(Hold(account="a", source="INV-1", level=Level.SUSPENDED, since=AT, step=suspend().step))
    assert await ExemptionCheck(store).may(suspend()) is None
    assert await ExemptionCheck(store).may(suspend(level=Level.INACTIVE, step="deactivate")) is not None
    assert await ExemptionCheck(store).may(DeleteOrder(**HEAD, step="delete")) is not None


async def test_a_hold_that_another_invoice_handed_on_is_no_begun_order_however_high(store: SqlStore) -> None:
    """A lock that came in a maintenance window, because a suspension had been handed to its invoice before."""
    await known(store)
    theirs = Hold(account="a", source="INV-0", level=Level.SUSPENDED, since=AT, step=suspend().step)
    (handed,) = after_payment([theirs], ["INV-0"], Rule.ALL_PAST_DUE, ["INV-1"])
    await store.place_hold(handed)
    assert await ExemptionCheck(store).may(suspend(level=Level.LOCKED)) is not None
    assert await ExemptionCheck(store).may(suspend()) is not None
