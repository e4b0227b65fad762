"""What operators read in Temporal's own UI."""

from datetime import UTC, datetime, timedelta

from dunning import names
from dunning.case.case import Case
from dunning.case.decisions import Finish, Perform, Reinstate, Step, Wait
from dunning.case.facts import DueDateChange
from dunning.case.results import Deleted, Delivered, Reinstated, Undelivered
from dunning.explain.temporal_ui import (
    LATEST,
    activity_summary,
    case_summary,
    clock,
    coming,
    details,
    shown,
    timer_summary,
)
from dunning.level import Level
from dunning.rules.machine import decide
from dunning.rules.record import recorded, reinstated
from dunning.rules.updates import due_date_changed, unreadable
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, moment, step
from tests.dunning.examples import DUE, at, opened, pays


def doing(case: Case, name: str, why: str = "because") -> Perform:
    return Perform(step(case, name), why)


def act(case: Case, now: datetime) -> str:
    todo = decide(case, now)
    assert isinstance(todo, Perform | Reinstate)
    return activity_summary(case, todo)


def test_the_headline_names_invoice_customer_amount_and_due_date() -> None:
    invoice = opened(ASO).invoice
    assert case_summary(invoice) == "INV-1042 · Example Bakery · USD 19.99 · due 2026-12-01"
    nameless = invoice.model_copy(update={"customer": ""})
    assert case_summary(nameless) == "INV-1042 · USD 19.99 · due 2026-12-01"


def test_instants_are_shown_on_the_customer_s_clock() -> None:
    case, _ = moment(ASO, 6)
    assert clock(case, datetime(2026, 7, 3, 13, 5, tzinfo=UTC)) == "Fri 03 Jul 2026 09:05 EDT"


def test_every_step_has_a_name() -> None:
    case, now = moment(ASO, 6)
    steps: list[tuple[Step, str]] = [
        (Wait(now, "suspend", "x"), "suspend"),
        (doing(case, "charge"), "charge"),
        (Reinstate("x"), "reinstate"),
        (Finish("paid"), ""),
    ]
    for todo, name in steps:
        assert coming(todo) == name


def test_a_timer_says_what_comes_and_when() -> None:
    case, _ = moment(ASO, 6)
    assert timer_summary(case, Wait(at(opened(ASO), 10), "suspend", "x")) == "suspend · Fri 11 Dec 2026 09:00 EST"
    assert timer_summary(case, Wait(None, "approval of delete", "x")) == "approval of delete"


def test_an_activity_says_its_notice_its_day_and_what_is_owed() -> None:
    case, _ = moment(ASO, 6)
    assert activity_summary(case, doing(case, "suspend")) == "suspend · day +10 · USD 19.99 owed"
    assert activity_summary(case, doing(case, "issue")) == "Customer Invoice · day -10 · USD 19.99 owed"
    silent, _ = moment(HOTDOODLE, 1)
    assert activity_summary(silent, doing(silent, "issue")) == "issue · day +0 · USD 19.99 owed"
    courtesy, _ = moment(COURTESY, 6)
    assert activity_summary(courtesy, doing(courtesy, "suspend")) == "suspend · day +10 · USD 54.99 owed"
    assert activity_summary(case, Reinstate("x")) == "reinstate · USD 19.99 owed"


def test_what_follows_from_a_fact_has_no_day_and_only_notices_have_a_title() -> None:
    case, now = moment(ASO, 6)
    assert act(pays("USD 5.00")(case, now), now) == "Invoice Payment Confirmation · USD 14.99 owed"
    assert act(pays("EUR 5.00")(case, now), now) == "parked:p-1 · USD 19.99 owed"
    assert act(unreadable(case, "payment", "?", now), now) == "unreadable:0 · USD 19.99 owed"
    assert (
        act(due_date_changed(case, DueDateChange(due=DUE + timedelta(days=9)), now), now)
        == "due-date:1 · USD 19.99 owed"
    )
    quiet = case.model_copy(update={"plan": case.plan.model_copy(update={"payment_notice": ""})})
    early = now - timedelta(days=6)
    assert act(pays()(quiet, early), early) == "close:2 · USD 0.00 owed"
    assert act(pays("USD 20.00")(quiet, early), early) == "credit:2 · USD -0.01 owed"


def test_a_ticket_has_no_title_of_a_notice() -> None:
    case, now = moment(ASO, 4)
    nobody = recorded(case, step(case, "first-overdue"), Undelivered(notice="n", reason="550"), now)
    assert act(nobody, now) == "first-overdue:undelivered · USD 19.99 owed"
    suspended, then = moment(COURTESY, 34)
    deleted = pays("USD 54.99")(recorded(suspended, step(suspended, "terminate"), Deleted(), then), then)
    receipt = decide(deleted, then)
    assert isinstance(receipt, Perform)
    told = recorded(deleted, receipt.milestone, Delivered(notice="n"), then)
    assert act(told, then) == "paid-after-deletion · USD 0.00 owed"


def test_search_attributes_are_the_case_in_a_row() -> None:
    case, now = moment(COURTESY, 11)
    assert shown(case, decide(case, now)) == (
        (names.ACCOUNT, "bakery"),
        (names.POLICY, COURTESY),
        (names.STATE, "open"),
        (names.LEVEL, "suspended"),
        (names.DUE_DATE, datetime(2026, 12, 1, tzinfo=UTC)),
        (names.NEXT_MILESTONE, "last-warning"),
        (names.BALANCE_MINOR, 5499),
        (names.REVISION, case.revision),
    )


def test_the_details_tell_the_whole_case() -> None:
    case, now = moment(COURTESY, 6, (2, pays("USD 5.00")))
    assert details(case, now, decide(case, now)) == (
        """\
INV-1042 · Example Bakery · USD 19.99 · due 2026-12-01

- **state** overdue, 6 day(s) overdue
- **balance** USD 49.99
- **level** active
- **policy** courtesy-5-10-35, zone America/Chicago
- **next** suspend · Fri 11 Dec 2026 09:00 CST, because the policy courtesy-5-10-35 says day +10 from the due date

**To come, if nothing is paid**

- Fri 11 Dec 2026 09:00 CST · suspend
- Fri 11 Dec 2026 09:00 CST · suspend:told
- Tue 29 Dec 2026 09:00 CST · last-warning
- Tue 05 Jan 2027 09:00 CST · terminate, once 1 more agreed
- Tue 05 Jan 2027 09:00 CST · deletion:told

**What happened**

- Sat 21 Nov 2026 09:00 CST · invoice issued "Courtesy Invoice"
- Tue 01 Dec 2026 09:00 CST · charge declined (card_declined)
- Tue 01 Dec 2026 09:00 CST · notice sent "Payment Failed"
- Thu 03 Dec 2026 09:30 CST · notice sent "Payment Confirmation"
- Thu 03 Dec 2026 09:30 CST · payment USD 5.00
- Sun 06 Dec 2026 09:00 CST · charge declined (card_declined)
- Sun 06 Dec 2026 09:00 CST · notice sent "Payment Failed"
- Sun 06 Dec 2026 09:00 CST · late fee: USD 35.00"""
    )


def test_the_details_say_by_how_much_the_steps_were_moved() -> None:
    case, now = moment(ASO, 1)
    moved = due_date_changed(case, DueDateChange(due=DUE + timedelta(days=14)), now)
    assert lines(moved, now, Reinstate("x"))[2:7] == [
        "- **state** open",
        "- **balance** USD 19.99",
        "- **level** active",
        "- **policy** a-small-orange, zone America/New_York",
        "- **moved by** 14 day(s)",
    ]


def lines(case: Case, now: datetime, todo: Step) -> list[str]:
    return details(case, now, todo).splitlines()


def test_the_details_of_a_case_that_has_just_begun() -> None:
    case, now = moment(ASO, -12)
    assert lines(case, now, decide(case, now))[-3:] == ["**What happened**", "", "- nothing yet"]


def test_the_details_name_the_holds_of_others() -> None:
    case, now = moment(ASO, 11)
    case = reinstated(case, Reinstated(level=Level.LOCKED, remaining=("abuse", "INV-7")), now)
    assert "- **level** active (still held by abuse, INV-7)" in lines(case, now, Reinstate("x"))


def test_the_details_say_what_comes_next_whatever_it_is() -> None:
    case, now = moment(ASO, 6)
    steps: list[tuple[Step, str]] = [
        (Wait(None, "approval of delete", "one more is needed"), "approval of delete, one more is needed"),
        (Wait(at(opened(ASO), 10), "suspend", "so it is"), "suspend · Fri 11 Dec 2026 09:00 EST, because so it is"),
        (doing(case, "charge", "it is due"), "charge, because it is due"),
        (Reinstate("it is paid"), "reinstate, because it is paid"),
        (Finish("paid"), "nothing; the case ended: paid"),
    ]
    for todo, words in steps:
        assert f"- **next** {words}" in lines(case, now, todo), coming(todo)


def test_of_a_long_case_only_the_latest_is_told() -> None:
    """The details are written anew at every step, so a case with thousands of payments must not tell them all."""
    case, now = moment(ASO, 6)
    for number in range(250):
        case = pays("USD 0.01", f"p-{number}")(case, now + timedelta(seconds=number))
    told = details(case, now, Wait(None, "payment", "x")).splitlines()
    assert f"- the latest of {len(case.done)} steps and 251 ledger lines; `why` has all" in told
    assert sum("payment USD 0.01" in line for line in told) == LATEST
    few = details(moment(ASO, 6)[0], now, Wait(None, "payment", "x"))
    assert "latest of" not in few


def test_the_details_of_a_case_with_very_many_payments_leave_out_what_is_slow_to_work_out() -> None:
    case, now = moment(ASO, 6)
    assert "**To come, if nothing is paid**" in lines(case, now, decide(case, now))
    for number in range(100):
        case = pays("USD 0.01", f"p-{number}")(case, now)
    assert "**To come, if nothing is paid**" not in lines(case, now, Wait(now, "suspend", "x"))
