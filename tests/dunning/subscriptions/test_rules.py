"""What a subscription does next, and how facts change it."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.money import Money
from dunning.subscriptions import rules
from dunning.subscriptions.renewals import RenewalOrder, Renewed, order_of
from dunning.subscriptions.rules import AGAIN, End, Open, Wait, asked_for, decide, quote, refusal, renewed, state
from dunning.subscriptions.subscription import TOLD, Asked, Cancel, Change, Pause, Subscription, lead_of
from tests.dunning.subscriptions.made import WHO, at, lines, subscription

FIRST, SECOND, THIRD = date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)
OPENED = Renewed(outcome="opened", invoice="INV-1")
NOW = at(date(2027, 1, 1))


def billed(its: Subscription, many: int = 1, result: Renewed = OPENED) -> Subscription:
    for _ in range(many):
        its = renewed(rules.began_opening(its), result, its.opens_at)
    return its


def asked(its: Subscription, what: Asked, now: datetime = NOW) -> Subscription:
    assert refusal(its, what, now) == ""
    after = asked_for(its, what, now)
    assert asked_for(after, what, now) is after, "the same once more changes nothing"
    return after


def change(its: Subscription, **more: object) -> Change:
    return Change.model_validate({"since": its.renews_on, **more, **WHO})


def played(its: Subscription, until: datetime) -> list[RenewalOrder]:
    """The orders of its renewals up to then, with nobody changing anything."""
    orders, now = list[RenewalOrder](), NOW
    while True:
        match decide(its, now):
            case Wait(later) if later <= until:
                now = max(now, later)
            case Open():
                orders.append(order_of(its, now))
                its = renewed(rules.began_opening(its), OPENED, now)
            case _:
                return orders


@pytest.mark.req("S2-22")
def test_the_invoice_is_opened_ten_days_before_the_renewal_date() -> None:
    lead = lead_of(load_policy("a-small-orange", ROOT / "policies"))
    its = subscription(lead=lead)
    nine = datetime.fromisoformat("2027-01-21T09:00:00-05:00")
    assert its.opens_at == nine
    assert decide(its, nine - timedelta(seconds=1)) == Wait(nine)
    assert decide(its, nine) == Open()


def test_what_a_policy_begins_after_the_due_date_is_opened_on_it() -> None:
    policy = load_policy("a-small-orange", ROOT / "policies")
    late = policy.model_copy(update={"milestones": policy.milestones[2:]})
    assert (lead_of(late).days, lead_of(late, "UTC").zone) == (0, "UTC")


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(["monthly", "quarterly", "2 weeks", "1 day"]))
def test_each_renewal_comes_once_and_their_periods_have_no_gap(anchor: date, period: str) -> None:
    its = subscription(anchor, period)
    orders = played(its, at(anchor) + timedelta(days=400))
    assert [order.number for order in orders] == list(range(len(orders)))
    assert len(orders) >= 400 // 92
    assert orders[0].starts == anchor
    assert all(one.ends == other.starts for one, other in pairwise(orders))
    assert all(order.at >= NOW for order in orders)


@pytest.mark.parametrize(
    ("what", "since", "orders"),
    [
        (Pause(until=date(2027, 5, 15), **WHO), SECOND, ["2027-05-15", "2027-06-15"]),
        (Pause(until=date(2027, 3, 1), **WHO), SECOND, ["2027-03-01", "2027-04-01", "2027-05-01", "2027-06-01"]),
    ],
)
def test_a_pause_skips_what_lies_in_it_and_begins_a_period_on_the_return(
    what: Pause, since: date, orders: list[str]
) -> None:
    its = asked(billed(subscription()), what)
    assert its.paused
    assert (its.paused.since, its.renews_on, its.number) == (since, what.until, 1)
    assert [str(order.starts) for order in played(its, at(date(2027, 6, 20)))] == orders


def test_the_day_of_return_may_be_moved_both_ways_and_what_is_billed_is_not_paused() -> None:
    its = asked(billed(subscription()), Pause(until=date(2027, 5, 15), **WHO))
    for until in (date(2027, 9, 1), date(2027, 3, 1)):
        its = asked(its, Pause(until=until, **WHO))
        assert its.paused
        assert (its.paused.since, its.renews_on) == (SECOND, until)
    assert "billed until 2027-02-28" in refusal(its, Pause(until=SECOND, **WHO), NOW)
    assert "is over" in refusal(its, Pause(until=date(2027, 3, 2), **WHO), at(date(2027, 4, 1)))
    assert billed(its).paused is None


def test_a_change_holds_from_the_next_renewal_that_is_not_opened() -> None:
    its = billed(subscription())
    wanted = change(its, lines=lines("USD 25.00", "USD 5.00"), period="yearly")
    told = quote(its, wanted)
    assert told[:5] == (SECOND, Money.parse("USD 19.99"), "monthly", Money.parse("USD 30.00"), "yearly")
    its = asked(its, wanted)
    assert its.terms.amount == Money.parse("USD 19.99"), "this period stays as it is"
    assert told.opens_at == its.opens_at
    order = order_of(its, NOW)
    assert (order.terms.amount, order.starts, order.ends) == (Money.parse("USD 30.00"), SECOND, date(2028, 2, 29))
    its = billed(its)
    assert (its.terms.amount, its.coming, its.schedule.period) == (Money.parse("USD 30.00"), None, "yearly")
    back = asked(its, change(its, period="monthly"))
    assert order_of(billed(back), NOW).starts == date(2028, 3, 31), "the 31st is not forgotten"


def test_a_change_that_is_changed_back_leaves_nothing() -> None:
    its = billed(subscription())
    there = asked(its, change(its, period="yearly", lines=lines("USD 200.00")))
    back = asked(there, change(there, period="monthly", lines=lines("USD 19.99")))
    assert (back.coming, back.terms, back.schedule) == (None, its.terms, its.schedule)


def test_a_quote_that_does_not_hold_any_more_is_not_agreed_to() -> None:
    its = billed(subscription())
    old = change(its, lines=lines("USD 25.00"))
    assert "now it would be 2027-03-31: ask for a new one" in refusal(billed(its), old, NOW)
    assert "cancel it instead" in refusal(its, change(its, lines=()), NOW)
    assert "several currencies" in refusal(its, change(its, lines=lines("USD 1.00", "EUR 1.00")), NOW)


def test_a_change_and_a_pause_hold_together() -> None:
    its = billed(subscription())
    its = asked(its, change(its, period="yearly"))
    its = asked(its, Pause(until=date(2027, 5, 15), **WHO))
    order = order_of(its, NOW)
    assert (order.starts, order.ends) == (date(2027, 5, 15), date(2028, 5, 15))


def test_a_cancelled_one_ends_with_what_is_billed_or_now() -> None:
    its = billed(subscription())
    ends = asked(its, Cancel(when="period-end", **WHO))
    assert (ends.ends, state(ends, FIRST)) == (SECOND, "ending")
    assert decide(ends, at(FIRST)) == Wait(at(SECOND))
    assert decide(ends, at(SECOND)) == End("cancelled")
    kept = asked(ends, Cancel(when="never", **WHO))
    assert (kept.ends, decide(kept, at(THIRD))) == (None, Open())
    over = asked(ends, Cancel(when="now", **WHO))
    assert decide(over, NOW) == End("cancelled")
    assert refusal(over, Cancel(when="period-end", **WHO), NOW) == ""
    assert refusal(over, Cancel(when="never", **WHO), NOW) == "it is over (cancelled)"
    assert refusal(over, Pause(until=date(2028, 1, 1), **WHO), NOW) == "it is over (cancelled)"


def test_a_paused_one_that_is_cancelled_ends_where_the_pause_began() -> None:
    its = asked(billed(subscription()), Pause(until=date(2027, 9, 1), **WHO))
    assert [state(its, day) for day in (FIRST, SECOND)] == ["pausing", "paused"]
    ends = asked(its, Cancel(when="period-end", **WHO))
    assert ends.ends == SECOND
    assert "take that back first" in refusal(ends, Pause(until=date(2027, 10, 1), **WHO), NOW)


def test_nothing_is_changed_while_an_invoice_is_being_opened() -> None:
    its = rules.began_opening(subscription())
    several: tuple[Asked, ...] = (
        change(its, lines=lines("USD 5.00")),
        Pause(until=date(2027, 9, 1), **WHO),
        Cancel(when="now", **WHO),
    )
    for what in several:
        assert "is being opened at this moment" in refusal(its, what, NOW)


def test_a_refused_renewal_is_tried_again_and_at_once_after_a_change() -> None:
    its = subscription()
    refused = billed(its, result=Renewed(outcome="refused", reason="there is no policy"))
    assert (refused.number, state(refused, FIRST)) == (0, "refused")
    later = its.opens_at + AGAIN
    assert [decide(refused, moment) for moment in (its.opens_at, later)] == [Wait(later), Open()]
    again = billed(refused, result=Renewed(outcome="refused", reason="there is no policy"))
    assert (again.told, again.revision) == (refused.told, 2), "the same once more is no news"
    mended = asked(refused, change(refused, policy="hotdoodle"))
    assert decide(mended, its.opens_at) == Open()
    assert billed(refused).refused is None


def test_a_period_that_is_not_billed_is_over_and_deleted_services_end_it() -> None:
    its = billed(subscription(), result=Renewed(outcome="not billed", reason="suspended for invoice INV-7"))
    assert (its.number, its.renews_on) == (1, SECOND)
    assert its.told[-1].text == "renewal of 2027-01-31: not billed: suspended for invoice INV-7"
    gone = billed(its, result=Renewed(outcome="gone", reason="the services were deleted"))
    assert decide(gone, NOW) == End("deleted")


def test_its_story_has_an_end() -> None:
    its = billed(subscription(), 3 * TOLD)
    assert len(its.told) == TOLD
    assert its.revision == 3 * TOLD


def test_the_lead_is_the_policys_of_today() -> None:
    other = subscription().lead.model_copy(update={"days": -14})
    assert billed(subscription(), result=OPENED.model_copy(update={"lead": other})).lead == other


@given(st.data())
def test_whatever_people_ask_no_day_is_billed_twice_and_the_revision_tells_every_change(data: st.DataObject) -> None:
    its, now, until = subscription(), NOW, subscription().began
    for _ in range(data.draw(st.integers(1, 12))):
        before = its
        match data.draw(st.sampled_from(["bill", "change", "pause", "cancel", "keep"])):
            case "bill" if its.ends is None:
                order = order_of(its, now)
                assert order.starts >= until, "no day twice"
                assert order.ends > order.starts
                its, until = billed(its), order.ends
            case "bill":
                assert not isinstance(decide(its, its.opens_at), Open)
            case "change":
                period = data.draw(st.sampled_from(["monthly", "yearly", "10 days", "2 weeks"]))
                what: Asked = change(its, period=period)
                its = asked(its, what)
            case "pause":
                what = Pause(until=its.renews_on + timedelta(days=data.draw(st.integers(-40, 90))), **WHO)
                its = its if refusal(its, what, now) else asked(its, what)
            case when:
                its = asked(its, Cancel(when="never" if when == "keep" else "period-end", **WHO))
        assert its.ends is None or its.ends >= until
        assert its.renews_on >= until
        assert (its.revision > before.revision) is (its is not before)
