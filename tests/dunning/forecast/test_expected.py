"""A look ahead is what then happens: the same life, played by the tests' own world, in which nobody pays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import local
from dunning.case.case import Case
from dunning.case.decisions import Wait
from dunning.case.ledger import FEES
from dunning.case.results import Declined, Deleted, Delivered, Restricted
from dunning.case.snapshot import packed, unpacked
from dunning.forecast.expected import Deed, Expected, end_of, expected
from dunning.forecast.totals import by_account, by_day, would_end
from dunning.level import Level
from dunning.policy.plan import Action
from dunning.windows.shut import Shut
from dunning.windows.window import Window
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment, step
from tests.dunning.examples import DUE, pays, sends_money
from tests.dunning.life import Did, Life, go_on
from tests.dunning.lives import LIVES
from tests.dunning.rules.test_upcoming import FOR_EVER, Closed, Unpaid, _agreed, _has_method, waiting

Seen = tuple[datetime, str, str]
"""When, what, and which step."""


def happened(life: Life, since: int = 0) -> Iterator[Seen]:
    """What the customer noticed, read from what the world answered."""
    for number, did in enumerate(life.did[since:], start=since):
        after = life.did[number + 1].before if number + 1 < len(life.did) else life.case
        noticed = _noticed(did, after)
        if noticed and did.step:
            yield did.decided, noticed, did.step.name


def _noticed(did: Did, after: Case) -> str:
    result, step = did.result, did.step
    assert step is not None or result.kind == "reinstated"
    if isinstance(result, Restricted):
        return result.level.value
    if isinstance(result, Deleted) and step:
        return "deleted" if step.action is Action.DELETE else "back-ups deleted"
    if isinstance(result, Delivered) and step and step.notice:
        return "written to"
    if isinstance(result, Declined) and step and not any(a.step == step.name for a in did.before.attempts):
        return "charged"
    fees = [entry for entry in after.entries[len(did.before.entries) :] if entry.kind in FEES]
    return "fee" if fees else ""


def seen(found: list[Expected]) -> list[Seen]:
    return [(each.at, each.deed.value, each.step) for each in found]


@LIVES
@given(waiting(), st.integers(1, 400))
def test_the_look_ahead_from_any_cases_snapshot_is_the_life_that_follows(
    moment: tuple[Life, datetime, Closed], days: int
) -> None:
    life, now, _ = moment
    text = packed(life.case)
    if not text:
        return
    found = list(expected(unpacked(text), now, days))
    world, end = Unpaid(has_method=_has_method(life.case)), end_of(now, days, life.case.plan.zone)
    lived = go_on(life.case, now, world, FOR_EVER)
    assert seen([each for each in found if not each.agreed]) == [one for one in happened(lived) if one[0] < end]
    while isinstance(lived.last, Wait) and lived.last.missing:
        lived = go_on(_agreed(lived.case), lived.now, world, FOR_EVER, lived.did)
    assert seen(found) == [one for one in happened(lived) if one[0] < end]
    assert {each.day for each in found} == {life.case.today(each.at) for each in found}


def come(case: Case, now: datetime, days: int) -> list[tuple[int, str, int]]:
    """(day from the due date, what, charges before it)."""
    return [((each.day - DUE).days, each.deed.value, each.charges) for each in expected(case, now, days)]


def test_a_charge_counts_for_all_that_comes_after_it() -> None:
    case, now = moment(COURTESY, -1)
    assert come(case, now, 12) == [
        (0, "charged", 0),
        (0, "written to", 1),
        (5, "charged", 1),
        (5, "written to", 2),
        (5, "fee", 2),
        (10, "suspended", 2),
        (10, "written to", 2),
    ]
    found = list(expected(case, now, 12))
    assert [each.tried for each in found if each.deed is Deed.CHARGED] == [1999, 1999]
    assert [each.fee for each in found if each.fee] == [3500]
    assert [each.title for each in found if each.step == "charge:told"] == ["Payment Failed"]
    (end,) = would_end(found)
    assert (end.currency, end.invoices, end.amount) == ("USD", 1, 1999)


def test_a_charge_after_a_fee_asks_for_the_fee_too() -> None:
    """Of the policy's day five the second charge goes to day eight."""
    case, now = moment(COURTESY, -1)
    first, charge, second, fee, *others = case.plan.milestones
    assert (second.name, fee.name) == ("second-charge", "late-fee")
    later = second.model_copy(update={"at": second.at + timedelta(days=3), "day": 8})
    plan = case.plan.model_copy(update={"milestones": (first, charge, fee, later, *others)})
    found = expected(case.model_copy(update={"plan": plan}), now, 12)
    assert [each.tried for each in found if each.deed is Deed.CHARGED] == [1999, 5499]


def test_the_first_day_is_today_and_the_last_one_ends_at_midnight_in_the_cases_zone() -> None:
    case, now = moment(ASO, 8)  # its evening: nothing is left of this day
    assert come(case, now, 1) == []
    assert come(case, now, 2) == [(9, "written to", 0)]
    assert [what for _, what, _ in come(case, now, 3)] == ["written to", "suspended", "written to"]


@pytest.mark.parametrize(
    ("now", "zone", "end"),
    [
        ("2026-10-31T12:00", "America/New_York", "2026-11-02T05:00"),  # 25 hours between
        ("2026-11-01T03:30", "America/New_York", "2026-11-02T05:00"),  # still the day before there
        ("2026-03-28T12:00", "Europe/Berlin", "2026-03-29T22:00"),
        ("2026-11-29T12:00", "Pacific/Kiritimati", "2026-12-01T10:00"),
    ],
)
def test_days_are_days_of_the_zone(now: str, zone: str, end: str) -> None:
    assert end_of(datetime.fromisoformat(now).replace(tzinfo=UTC), 2, zone) == datetime.fromisoformat(end).replace(
        tzinfo=UTC
    )


AN_HOUR = timedelta(hours=1)


def window(at: datetime, zone: str = "America/New_York", hours: int = 2) -> Window:
    return Window(id="w", since=at - AN_HOUR, until=at + (hours - 1) * AN_HOUR, zone=zone)


def steps(case: Case, now: datetime, shut: Shut) -> dict[str, tuple[int, int]]:
    """(day from the due date, hour of the case's clock) of each step."""
    hour = {each.step: local(each.at, case.plan.zone).hour for each in expected(case, now, 60, shut)}
    return {each.step: ((each.day - DUE).days, hour[each.step]) for each in expected(case, now, 60, shut)}


@pytest.mark.req("S0-11", "S0-14", "S0-16")
def test_a_charge_in_a_window_comes_the_next_morning_and_the_rest_moves_with_it() -> None:
    case, now = moment(ASO, -1)
    charge = step(case, "charge")
    found = steps(case, now, Shut((window(case.when(charge), "Asia/Kolkata"),)))
    assert found["charge"] == (0, 22)  # nine o'clock in Calcutta
    assert (found["first-overdue"], found["suspend"]) == ((6, 9), (11, 9))
    assert steps(case, now, Shut())["suspend"] == (10, 9)
    cancelled = window(case.when(charge)).model_copy(update={"cancelled": True})
    assert steps(case, now, Shut((cancelled,))) == steps(case, now, Shut())


@pytest.mark.parametrize(("hours", "day"), [(-14, 10), (-8, 11), (0, 11), (11, 11), (14, 10)])
def test_nobody_is_restricted_in_a_window_or_near_one(hours: int, day: int) -> None:
    case, now = moment(ASO, 6)
    begins = case.when(step(case, "suspend")) + hours * AN_HOUR + AN_HOUR
    found = steps(case, now, Shut((window(begins),), lead=12 * AN_HOUR))
    assert found["suspend"] == (day, 9)
    assert found["second-overdue"] == (9, 9)


def test_the_end_of_a_charge_that_was_begun_is_asked_for_in_a_window_too() -> None:
    case, now = moment(ASO, 9)
    case = sends_money()(case, now)
    shut = Shut((window(now, hours=24 * 6),))
    assert [each.step for each in expected(case, now, 60, shut)][:1] == ["underway:d-1:told"]
    plain = next(expected(case, now, 60))
    assert next(expected(case, now, 60, shut)).at == plain.at


def test_what_people_have_to_agree_to_is_marked_and_all_that_follows_it() -> None:
    case, now = moment(ASO, 84)
    assert [(each.deed.value, each.agreed) for each in expected(case, now, 20)] == [
        ("deleted", True),
        ("written to", True),
    ]


def test_nothing_comes_to_who_has_paid_but_the_receipt() -> None:
    case, now = moment(ASO, 8)
    paid = pays()(case, now)
    assert [each.step for each in expected(paid, now, 400)] == ["confirm:p-1"]


@pytest.mark.parametrize("policy", [ASO, COURTESY, HOTDOODLE, WHMCS])
def test_each_shipped_policy_has_its_whole_road_in_it(policy: str) -> None:
    case, now = moment(policy, -15)
    plan = [m for m in case.plan.milestones if m.action not in (Action.ISSUE, Action.NOTIFY)]
    found = {each.step: each for each in expected(case, now, 400)}
    assert {m.name: (case.when(m), m.day) for m in plan} == {
        m.name: (found[m.name].at, (found[m.name].day - DUE).days) for m in plan
    }


def test_totals_count_each_day_and_each_account_once() -> None:
    found = [
        each
        for number in range(3)
        for each in expected(_named(moment(COURTESY, -1)[0], number), moment(COURTESY, -1)[1], 12)
    ]
    days = by_day(found)
    assert [(total.day, total.invoices) for total in days] == [(DUE + timedelta(days=each), 3) for each in (0, 5, 10)]
    first, second, third = days
    assert dict(zip(Deed, first.counts, strict=True))[Deed.CHARGED] == 3
    assert (sum(first.ended), sum(second.ended), sum(third.ended)) == (3, 9, 6)
    assert (first.tried, second.fees, third.tried) == (3 * 1999, 3 * 3500, 0)
    accounts = by_account(found)
    assert [(total.account, total.invoices, total.day) for total in accounts] == [("a-0", 2, None), ("a-1", 1, None)]
    assert sum(sum(total.counts) for total in accounts) == sum(sum(total.counts) for total in days) == len(found)


def _named(case: Case, number: int) -> Case:
    more = {"number": f"INV-{number}", "account": f"a-{number % 2}"}
    return case.model_copy(update={"invoice": case.invoice.model_copy(update=more)})


def test_currencies_are_never_added() -> None:
    one = Expected("I-1", "a", "", "USD", date(2026, 12, 1), datetime(2026, 12, 1, tzinfo=UTC), Deed.CHARGED, "charge",
                   "", 500, 0, 0, False)  # fmt: skip
    other = one._replace(invoice="I-2", currency="EUR", tried=700)
    assert [(total.currency, total.tried) for total in by_day([one, other])] == [("EUR", 700), ("USD", 500)]
    assert [(total.currency, total.tried) for total in by_account([one, other])] == [("EUR", 700), ("USD", 500)]
    assert [tuple(each) for each in would_end([one, other])] == [("EUR", 1, 700), ("USD", 1, 500)]


def test_what_a_step_brings_is_named_like_the_level() -> None:
    levels = {level.value for level in Level if level is not Level.ACTIVE}
    assert levels <= {deed.value for deed in Deed}
