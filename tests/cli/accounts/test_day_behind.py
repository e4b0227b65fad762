"""`day-behind` on both kinds of output, from books as cases close them."""

from datetime import timedelta

import pytest

from adapters.store import SqlStore
from dunning.calendar import Offset, add_offset
from dunning.case.orders import CloseOrder
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.processor_subscriptions import ProcessorSubscription, Terms
from tests.adapters.store.test_store import AT
from tests.cli.command import Operate, in_days
from tests.dunning.fleet.test_day_behind import month


async def close(store: SqlStore, *orders: CloseOrder) -> None:
    for order in orders:
        known = KnownInvoice(number=order.invoice, account=order.account, policy=order.policy, due=order.due)
        await store.open_invoice(known)
        await store.close_ledger(order)


def books(behind: int, months_ago: int, account: str = "bakery") -> CloseOrder:
    due = add_offset(in_days(-40), Offset(months=-months_ago))
    case = month(due, behind, account=account)
    case = case.model_copy(update={"invoice": case.invoice.model_copy(update={"number": f"{account}-{due}"})})
    last = case.done[-1]
    return CloseOrder(
        invoice=case.invoice.number, account=account, step=last.step, at=last.at, outcome=case.outcome, case=case
    )


@pytest.mark.req("S4-20")
async def test_customers_are_listed_with_their_own_dates(store: SqlStore, offline: Operate) -> None:
    await close(store, books(6, 1), books(6, 0), books(6, 1, "once"), books(0, 0, "once"))
    said = await offline("day-behind")
    assert (said.status, said.err) == (0, "")
    first, second = (add_offset(in_days(-40), Offset(months=-ago)) for ago in (1, 0))
    dates = [f"{second + timedelta(days=days):%d %b %Y}" for days in (0, 5, 6)]
    assert said.out.splitlines()[0] == "bakery · Example Bakery"
    assert f"  due {first:%d %b %Y}, reminded" in said.out.splitlines()[1]
    assert said.out.splitlines()[2] == "  due {}, reminded {}, paid {} (bakery-{})".format(*dates, second)
    assert said.out.splitlines()[4] == (
        "  in time if the payment comes 6 days earlier each month, or once USD 19.99 ahead"
    )
    assert "once" not in said.out.replace("or once USD", "")
    (told,) = (await offline("day-behind", "--json")).json
    assert (told["account"], [each["days_behind"] for each in told["months"]], told["days_earlier"]) == (
        "bakery", [6, 6], 6,
    )  # fmt: skip


async def test_a_subscription_that_cannot_be_looked_at_stops_no_list(store: SqlStore, offline: Operate) -> None:
    await close(store, books(6, 1), books(6, 0))
    await store.put_account(Account(id="away", name="Away"))
    await store.open_invoice(KnownInvoice(number="AWAY-1", account="away", policy="hotdoodle", due=in_days(3)))
    terms = Terms(status="active", next_charge=AT)
    link = ProcessorSubscription(id="I-1", account="away", counts_from=AT, terms=terms, looked_at=AT)
    await store.put_processor_subscription(link)
    said = await offline("day-behind")
    assert (said.status, said.out.splitlines()[0]) == (0, "bakery · Example Bakery")
    listed = await offline("processor-subscription", "list")
    assert listed.out.startswith("I-1: paypal, active, for away: amount unknown, pays next on ")
    (told,) = (await offline("processor-subscription", "list", "--json")).json
    assert (told["id"], told["terms"]["status"]) == ("I-1", "active")
    refused = await offline("processor-subscription", "add", "I-2", "--account", "away", "--by", "ana")
    assert (refused.status, "REPRIEVE_PAYPAL_CLIENT" in refused.err) == (2, True)
    for words in ("I-1: removed", "I-1: is not linked"):
        assert (await offline("processor-subscription", "remove", "I-1")).out.startswith(words)


async def test_nobody_is_behind_where_nothing_was_paid(store: SqlStore, offline: Operate) -> None:
    await close(store, books(6, 0))
    assert (await offline("day-behind")).out == "nobody pays just after the reminder, two months in a row\n"
    assert (await offline("day-behind", "--json")).json == []
    few = await offline("day-behind", "--days", "30")
    assert (few.status, "--days: 30 is not from 62 to 800" in few.err) == (2, True)
