"""Who always pays just after the reminder, by the source's own dates: due 3/10, reminded 3/15, paid 3/16, due 4/10."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dunning.calendar import Offset, add_offset
from dunning.case.case import Case
from dunning.case.facts import Payment
from dunning.case.ledger import Kind, credit_payment
from dunning.case.update import changed
from dunning.fleet.day_behind import DayBehind, Month, day_behind, month_of
from dunning.money import Money
from dunning.rules.money_in import paid
from tests.dunning.evenings import ASO, HOTDOODLE, WHMCS
from tests.dunning.examples import before_issue, new_card, opened, pays, takes_back
from tests.dunning.life import Fact, live
from tests.dunning.world import World

MARCH = date(2026, 3, 10)


def on(day: date, zone: str, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone))


def lived(
    due: date, *facts: tuple[date, Fact], policy: str = HOTDOODLE, charges: str = "declined", **more: object
) -> Case:
    """An invoice's whole life under the policy of the source; each fact comes at noon of its day."""
    case = opened(policy, due=due, number=f"INV-{due}", **more)  # type: ignore[arg-type]
    coming = [(on(day, case.plan.zone), fact) for day, fact in facts]
    return live(case, before_issue(case), coming, World(charges=[charges] * 9)).case


def month(due: date, behind: int = 6, **more: object) -> Case:
    return lived(due, (due + timedelta(days=behind), pays(payment=f"p-{due}")), **more)  # type: ignore[arg-type]


def months(*behind: int, **more: object) -> list[Case]:
    return [month(add_offset(MARCH, Offset(months=place)), days, **more) for place, days in enumerate(behind)]


@pytest.mark.req("S4-16", "S4-17", "S4-18", "S4-19", "S4-20")
def test_the_source_s_customer_is_found_after_two_months() -> None:
    march, april = months(6, 6)
    assert month_of(march) == Month("INV-2026-03-10", date(2026, 3, 10), date(2026, 3, 15), date(2026, 3, 16))
    assert day_behind([march]) == []
    assert day_behind([april, march]) == [
        DayBehind(
            "bakery",
            "Example Bakery",
            (),
            (
                Month("INV-2026-03-10", date(2026, 3, 10), date(2026, 3, 15), date(2026, 3, 16)),
                Month("INV-2026-04-10", date(2026, 4, 10), date(2026, 4, 15), date(2026, 4, 16)),
            ),
            Money.parse("USD 19.99"),
        )
    ]
    (found,) = day_behind([march, april])
    assert (found.next_due, found.next_paid, found.earlier) == (date(2026, 5, 10), date(2026, 5, 16), 6)


@pytest.mark.parametrize(
    ("behind", "count"),
    [
        ((6, 6, 6), 3),  # the third month belongs to it
        ((6, 6, 0), 0),  # paid in time since: it is no habit any more
        ((0, 6, 6), 2),  # and before
        ((6, 4, 6), 0),  # in time once, before the reminder
        ((6, 8), 2),  # a weekend
        ((5, 6), 2),  # on the reminder's own day, hours after it
        ((9, 9), 0),  # days after the reminder: this one was right
        ((12, 12), 0),
    ],
)
def test_a_habit_is_the_last_months_in_a_row(behind: tuple[int, ...], count: int) -> None:
    found = day_behind(months(*behind))
    assert [len(each.months) for each in found] == ([count] if count else [])


def test_a_payment_on_another_date_each_time_is_no_habit() -> None:
    assert day_behind(months(6, 11, policy=ASO)) == []  # after its first reminder, and after its second one


def test_months_with_one_between_them_are_none_in_a_row() -> None:
    march, _, may = months(6, 6, 6)
    assert day_behind([march, may]) == []


def test_each_customer_and_what_is_paid_for_is_looked_at_alone() -> None:
    march, april = months(6, 6)
    other = changed(april, invoice=april.invoice.model_copy(update={"account": "other"}))
    site = changed(april, invoice=april.invoice.model_copy(update={"pays_for": ("s-1",)}))
    assert day_behind([march, other]) == day_behind([march, site]) == []
    assert [each.account for each in day_behind([march, april, other])] == ["bakery"]


def test_what_we_charged_came_on_our_own_day() -> None:
    """A new card is put on file upon the reminder, and charged at once."""
    begun = opened(WHMCS, due=MARCH)
    plan = begun.plan.model_copy(update={"charges_new_method": True})
    coming = [(on(MARCH + timedelta(days=2), plan.zone), new_card)]
    world = World(charges=["declined", "ok"])
    case = live(begun.model_copy(update={"plan": plan}), before_issue(begun), coming, world).case
    assert (case.outcome, [each.kind for each in case.attempts]) == ("paid", ["declined", "charged"])
    assert month_of(case) is None


def test_what_the_accounts_credit_paid_came_on_our_own_day() -> None:
    march = month(MARCH)
    credit = credit_payment(march.invoice.number)
    lines = tuple(
        each.model_copy(update={"id": credit}) if each.kind is Kind.PAYMENT else each for each in march.entries
    )
    assert month_of(changed(march, entries=lines)) is None


def test_money_that_was_taken_back_is_no_payment_nor_what_came_for_it_again() -> None:
    day = [MARCH + timedelta(days=days) for days in (5, 6, 7)]
    case = lived(MARCH, (day[0], pays()), (day[1], takes_back()), (day[2], pays(payment="p-2")))
    assert (case.outcome, len(case.payments)) == ("paid", 2)
    assert month_of(case) is None


def test_an_invoice_that_was_a_mistake_is_no_month() -> None:
    march, april = months(6, 6)
    assert day_behind([march, changed(april, voided="a mistake")]) == []


def test_a_reminder_before_the_due_date_is_friendly_and_not_behind() -> None:
    case = month(MARCH, -6, policy=WHMCS)
    assert [done.step for done in case.done if done.step == "reminder"] == ["reminder"]
    assert month_of(case) is None


def test_a_reminder_that_did_not_arrive_reminded_nobody() -> None:
    begun = opened(HOTDOODLE, due=MARCH)
    coming = [(on(date(2026, 3, 16), begun.plan.zone), pays())]
    case = live(begun, before_issue(begun), coming, World(undelivered={2})).case
    assert [done.kind for done in case.done if done.step == "reminder"] == ["undelivered"]
    assert month_of(case) is None


def test_money_that_was_there_before_the_reminder_is_in_time_whenever_it_was_heard_of() -> None:
    fourteenth = on(date(2026, 3, 14), "America/Chicago")
    heard: Fact = lambda case, _now: paid(case, Payment(id="p", amount=case.balance, at=fourteenth))  # noqa: E731
    assert month_of(lived(MARCH, (date(2026, 3, 16), heard))) is None


def test_the_payment_that_was_the_last_one_needed_counts() -> None:
    half = Money.parse("USD 10.00")
    early: Fact = lambda case, now: paid(case, Payment(id="half", amount=half, at=now))  # noqa: E731
    case = lived(MARCH, (date(2026, 3, 2), early), (date(2026, 3, 16), pays("USD 9.99")))
    found = month_of(case)
    assert found is not None
    assert found.paid == date(2026, 3, 16)


def test_the_31st_is_a_month_after_the_28th() -> None:
    dues = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
    (found,) = day_behind([month(due) for due in dues])
    assert [each.due for each in found.months] == list(dues)
