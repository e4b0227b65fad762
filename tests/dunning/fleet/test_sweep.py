"""The sweep's rules: what is compared when, what counts as being in our books, and what the report says."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from dunning.case.facts import MethodChanged, Payment, Restored, Reversal
from dunning.case.ledger import Entry, Kind
from dunning.case.results import Charged, ChargeResult, Declined, Pending
from dunning.fleet import reconcile, sweep
from dunning.fleet.reconcile import Moved
from dunning.fleet.report import LISTED
from dunning.fleet.sweep import Compared, CompareOrder, SweepOrder
from dunning.fleet.sweep_report import COUNTED, Healed, Mismatch, SweepReport, Unconfirmed
from dunning.money import Money
from dunning.records.inbox import News
from dunning.records.payments import Attempt

AT = datetime(2026, 11, 25, 6, tzinfo=UTC)
DAY = timedelta(days=1)
USD = Money.parse("USD 19.99")
PART = CompareOrder(since=AT - DAY, until=AT)

PAID = Payment(id="pi_1", amount=USD, at=AT)
BACK = Reversal(id="re_1", payment="pi_1", amount=USD, at=AT)
AGAIN = Restored(id="dp_1:won", reversal="dp_1", amount=USD, at=AT)


def news(fact: Moved, invoice: str = "INV-1") -> News:
    match fact:
        case Payment():
            return News(invoice=invoice, fact=fact)
        case Reversal():
            return News(invoice=invoice, fact=fact)
        case Restored():
            return News(invoice=invoice, fact=fact)


def payment(name: str, at: datetime = AT) -> Payment:
    return Payment(id=name, amount=USD, at=at)


def report(**fields: object) -> SweepReport:
    return SweepReport.model_validate({"since": PART.since, "until": PART.until, **fields})


def test_the_window_is_three_days_before_the_schedules_time() -> None:
    assert sweep.window(SweepOrder(), AT, None) == CompareOrder(since=AT - 3 * DAY, until=AT)


def test_a_sweep_that_a_person_asks_for_holds_the_second_in_which_they_do() -> None:
    assert sweep.end_at(AT + timedelta(milliseconds=300)) == AT + timedelta(seconds=1)
    assert sweep.end_at(AT) == AT


@pytest.mark.parametrize(("last", "since"), [(1, 3), (3, 3), (9, 9)])
def test_it_begins_where_the_last_one_ended_when_days_were_missed(last: int, since: int) -> None:
    found = sweep.window(SweepOrder(), AT, AT - last * DAY)
    assert found == CompareOrder(since=AT - since * DAY, until=AT)


def test_what_was_asked_for_goes_before_schedule_and_last_sweep() -> None:
    order = SweepOrder(since=AT - 9 * DAY, until=AT - 8 * DAY)
    assert sweep.window(order, AT, AT - DAY) == CompareOrder(since=AT - 9 * DAY, until=AT - 8 * DAY)
    only_end = sweep.window(SweepOrder(until=AT - 8 * DAY), AT, None)
    assert only_end == CompareOrder(since=AT - 11 * DAY, until=AT - 8 * DAY)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(seconds=1), DAY, DAY + timedelta(seconds=1), 3 * DAY])
def test_slices_are_the_window_without_gap_or_overlap(length: timedelta) -> None:
    parts = list(sweep.slices(CompareOrder(since=AT, until=AT + length)))
    assert [part.since for part in parts] + [AT + length] == [AT, *(part.until for part in parts)]
    assert all(timedelta(0) < part.until - part.since <= DAY for part in parts)


@pytest.mark.parametrize("seconds", [3, 4, 86_400, 86_399])
def test_halves_are_the_slice_and_meet_at_a_whole_second(seconds: int) -> None:
    first, second = sweep.halves(CompareOrder(since=AT, until=AT + timedelta(seconds=seconds)))
    assert (first.since, second.until) == (AT, AT + timedelta(seconds=seconds))
    assert first.until == second.since == AT + timedelta(seconds=seconds // 2)


def test_a_sweeps_workflow_is_named_as_the_schedule_names_it() -> None:
    assert sweep.sweep_id(AT) == "sweep-2026-11-25T06:00:00Z"


def test_only_money_that_moved_is_compared_and_each_piece_once() -> None:
    other = News(account="bakery", fact=MethodChanged(at=AT))
    told = [news(BACK), news(PAID), other, news(PAID, "INV-9"), news(AGAIN), news(BACK)]
    assert reconcile.once(told) == (news(BACK), news(PAID), news(AGAIN))


def test_money_comes_before_it_goes_and_before_it_comes_again() -> None:
    earlier = payment("pi_0", AT - DAY)
    told = [news(AGAIN), news(BACK), news(PAID), news(earlier)]
    assert [reconcile.moved(each) for each in reconcile.in_order(told)] == [earlier, PAID, BACK, AGAIN]


def test_news_of_one_invoice_stay_together_also_those_of_none() -> None:
    told = [news(PAID), news(PAID, ""), news(BACK), news(BACK, "")]
    assert reconcile.by_invoice(told) == {"INV-1": (news(PAID), news(BACK)), "": (news(PAID, ""), news(BACK, ""))}


def entry(kind: Kind, name: str) -> Entry:
    return Entry(id=name, kind=kind, amount=USD, at=AT)


@pytest.mark.parametrize(
    ("fact", "kinds"),
    [
        (PAID, {Kind.PAYMENT, Kind.PARKED}),
        (BACK, {Kind.REVERSAL, Kind.CHARGEBACK}),
        (AGAIN, {Kind.RESTORED}),
    ],
    ids=["payment", "reversal", "restored"],
)
def test_a_ledger_has_it_under_its_own_kind_of_line(fact: Moved, kinds: set[Kind]) -> None:
    for kind in Kind:
        found = reconcile.in_ledger((entry(kind, fact.id),), fact)
        assert found == (USD if kind in kinds else None), kind
        assert reconcile.in_ledger((entry(kind, "another"),), fact) is None


def test_credits_and_tickets_of_money_for_nobody_stand_under_the_name_that_the_late_door_gives() -> None:
    assert reconcile.credit_lines("", PAID) == ("unmatched:pi_1",)
    assert reconcile.credit_lines("INV-1", BACK) == ("INV-1:taken-back:re_1",)
    assert reconcile.credit_lines("INV-1", AGAIN) == ("INV-1:dp_1:won", "INV-1:restored:dp_1%3Awon")
    assert reconcile.ticket_keys("", BACK) == ("unmatched:late:re_1", ":refused:re_1")


@pytest.mark.parametrize("fact", [PAID, BACK, AGAIN], ids=["payment", "reversal", "restored"])
def test_each_piece_is_missing_in_order_or_a_mismatch(fact: Moved) -> None:
    seen = {"payments": 1} if fact is PAID else {"reversals": 1}
    told, less = news(fact), Money.parse("USD 19.98")
    assert reconcile.judged(PART, told, None) == Compared(report=report(**seen), missing=(told,))
    assert reconcile.judged(PART, told, USD) == Compared(report=report(**seen, in_order=1))
    wrong = Mismatch(invoice="INV-1", id=fact.id, ours=less, theirs=USD)
    assert reconcile.judged(PART, told, less) == Compared(report=report(**seen, mismatched=1, mismatches=(wrong,)))


def test_credit_that_was_taken_back_is_the_same_money_with_its_sign_turned() -> None:
    assert reconcile.judged(PART, news(BACK), -USD).report.in_order == 1


def test_another_currency_is_a_mismatch() -> None:
    euros = Money(minor=USD.minor, currency="EUR")
    assert reconcile.judged(PART, news(PAID), euros).report.mismatched == 1


ATTEMPT = Attempt(
    key="INV-1:charge:1", invoice="INV-1", account="bakery", amount=USD, at=AT, outcome="charged", payment="pi_1"
)


def charged(amount: Money) -> Charged:
    return Charged(payment="pi_1", amount=amount, at=AT)


def test_a_charge_that_the_company_knows_after_all_is_in_order() -> None:
    assert reconcile.confirmed(PART, ATTEMPT, charged(USD)) == report(in_order=1)
    less = Money.parse("USD 1")
    wrong = Mismatch(invoice="INV-1", id="pi_1", ours=USD, theirs=less)
    assert reconcile.confirmed(PART, ATTEMPT, charged(less)) == report(mismatched=1, mismatches=(wrong,))


@pytest.mark.parametrize("said", [Declined(code="never_seen"), Pending(payment="pi_1", ask_at=AT)])
def test_a_charge_that_the_company_does_not_have_is_unconfirmed(said: ChargeResult) -> None:
    lost = Unconfirmed(invoice="INV-1", id="pi_1", amount=USD)
    assert reconcile.confirmed(PART, ATTEMPT, said) == report(unconfirmed=1, unknown=(lost,))
    nameless = reconcile.confirmed(PART, ATTEMPT.model_copy(update={"payment": ""}), said)
    assert [each.id for each in nameless.unknown] == ["INV-1:charge:1"]


def test_asking_about_a_charge_charges_nothing() -> None:
    order = reconcile.asking_about(ATTEMPT)
    assert (order.payment, order.ask_only, order.known) == ("pi_1", True, ())
    assert (order.invoice, order.account, order.amount, order.at) == ("INV-1", "bakery", USD, AT)


def test_what_was_healed_is_counted_by_its_sort_and_named() -> None:
    paid = reconcile.healed(PART, news(PAID), "applied")
    back, again = reconcile.healed(PART, news(BACK), "reopened"), reconcile.healed(PART, news(AGAIN), "noted")
    told = paid + back + again
    assert (told.payments_healed, told.reversals_healed) == (1, 2)
    assert [(each.id, each.outcome) for each in told.healed] == [
        ("pi_1", "applied"),
        ("re_1", "reopened"),
        ("dp_1:won", "noted"),
    ]
    assert told.healed[0] == Healed(invoice="INV-1", id="pi_1", amount=USD, outcome="applied")


def test_reports_add_up_and_name_no_more_than_fits() -> None:
    parts: Iterable[SweepReport] = [reconcile.healed(PART, news(payment(f"pi_{n}")), "applied") for n in range(130)]
    told = sum(parts, sweep.nothing(PART))
    assert (told.payments_healed, len(told.healed)) == (130, LISTED)
    assert [each.id for each in told.healed[:2]] == ["pi_0", "pi_1"]
    assert "- and 30 more" in list(told.lines())
    later = SweepReport(since=AT, until=AT + DAY, waiting=3, silent=("INV-2",), unanswered=1)
    both = report(waiting=2, payments=1, reversals=2, charges=3, in_order=4) + later
    assert (both.since, both.until, both.waiting) == (PART.since, AT + DAY, 3)
    assert (both.payments, both.reversals, both.charges, both.in_order) == (1, 2, 3, 4)
    assert (both.unanswered, both.silent) == (1, ("INV-2",))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"payments_healed": 2, "mismatched": 1}, "2 payments healed, 1 mismatch"),
        ({"payments_healed": 1, "reversals_healed": 1}, "1 payment healed, 1 reversal healed"),
        ({"reversals_healed": 2, "mismatched": 2}, "2 reversals healed, 2 mismatches"),
        ({"unconfirmed": 1, "unanswered": 1}, "1 charge unknown to the gateway, 1 case without an answer"),
        ({"unconfirmed": 2, "unanswered": 2}, "2 charges unknown to the gateway, 2 cases without an answer"),
    ],
)
def test_the_headline_says_what_a_person_has_to_know(found: dict[str, int], words: str) -> None:
    told = report(**found)
    assert told.needs_a_person
    assert told.headline == f"Sweep of 2026-11-25: {words}"


def test_when_all_is_in_order_nobody_is_called() -> None:
    quiet = report(payments=5, reversals=1, charges=4, in_order=10, waiting=7)
    assert not quiet.needs_a_person
    assert quiet.headline == "Sweep of 2026-11-25: all in order"
    assert list(quiet.lines()) == [
        "- **window** 2026-11-24 06:00 to 2026-11-25 06:00 UTC",
        ("- **compared** 5 payment(s) and 1 reversal(s) of the gateway, 4 charge(s) of ours; 10 in order"),
        "- **webhooks waiting** 7",
    ]
    assert list(report(waiting=COUNTED).lines())[-1] == "- **webhooks waiting** 500 or more"


def test_billings_ticket_names_every_finding_and_is_one_a_sweep() -> None:
    less = Money.parse("USD 1")
    told = (
        reconcile.healed(PART, news(PAID, ""), "parked")
        + reconcile.judged(PART, news(BACK), less).report
        + reconcile.confirmed(PART, ATTEMPT, Declined(code="never_seen"))
        + reconcile.unanswered(PART, "INV-7")
    )
    order = sweep.sweep_ticket(told)
    assert (order.key, order.department, order.at) == (":sweep-2026-11-25T06:00:00Z", "Billing", AT)
    assert order.subject == told.headline
    for words in (
        "no invoice · pi_1 · USD 19.99 · parked",
        "INV-1 · re_1 · ours USD 1.00, theirs USD 19.99",
        "INV-1 · pi_1 · USD 19.99",
        "- INV-7",
    ):
        assert words in order.body
