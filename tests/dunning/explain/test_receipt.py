"""The "why" receipt: every step has its rule, every notice its delivery; a customer sees nothing of others."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from inline_snapshot import snapshot

from cli.invoices.why import invoice_text
from dunning.case.case import Case, Deferral
from dunning.case.facts import Approval, Promise, Waiver
from dunning.case.results import Reinstated, Restricted
from dunning.case.update import changed
from dunning.explain.receipt import attempt_keys, receipt
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.records.payments import Attempt
from dunning.rules.promises import promised
from dunning.rules.record import recorded, reinstated
from dunning.rules.upcoming import nothing_waits
from dunning.rules.updates import approved, unreadable, waived
from dunning.undo.undo import undone
from tests.dunning.evenings import ASO, COURTESY, evening, moment, step
from tests.dunning.examples import pays, takes_back
from tests.dunning.life import Life
from tests.dunning.lives import lives
from tests.dunning.undo.test_undo import undo

WORDS = NoticeText(subject="s", text="t", html="h", template="common/x@1")


def copies(case: Case) -> list[NoticeCopy]:
    """The archive as it would be: each notice was taken by the first contact's mail server."""
    return [
        NoticeCopy(
            id=done.detail,
            invoice=case.invoice.number,
            account=case.invoice.account,
            recipient="info@bakery.example",
            at=done.at,
            content=WORDS,
            status="delivered",
            detail="250 2.0.0 OK",
            message_id=f"<{done.detail}@host.example>",
        )
        for done in case.done
        if done.action in (Action.ISSUE, Action.NOTIFY)
    ]


@pytest.mark.req("S1-21")
def test_the_receipt_of_a_wrong_suspension_as_people_read_it() -> None:
    case, now = moment(ASO, 10)
    case = undone(case, undo(ASO, 10, 10, reason="clock set wrong"), now)
    attempt = Attempt(
        key="INV-1042:charge:1", invoice="INV-1042", account="bakery", amount=Money.parse("USD 19.99"), at=now,
        outcome="declined", payment="pi_1", method="pm_1", network="visa",
    )  # fmt: skip
    made = receipt(case, now, copies(case), [attempt], waiting=nothing_waits)
    assert "\n".join(invoice_text(made.model_copy(update={"version": "v1"}))).replace(
        case.plan.version, "v1"
    ) == snapshot("""\
INV-1042 · account bakery · policy a-small-orange (v1)
  state   overdue, USD 19.99 owed, services suspended
  clock   times are those of America/New_York; the case's own time is Fri 11 Dec 2026 19:00 EST
  clock   due 2026-12-01
  wait    a wrong run of ours was undone: nothing happens until Fri 18 Dec 2026 09:00 EST
  next    loosen:u-1: a wrong run of ours is undone: suspended was a mistake

Sat 21 Nov 2026 09:00 EST  invoice issued "Customer Invoice"
    because policy a-small-orange (v1), milestone issue: day -10 from the due date
    proof   mail n1 to info@bakery.example: delivered Sat 21 Nov 2026 09:00 EST ("250 2.0.0 OK"), <n1@host.example>
Tue 01 Dec 2026 09:00 EST  charge declined (card_declined)
    because policy a-small-orange (v1), milestone charge: day +0 from the due date
    proof   payment ch-INV-1042:charge:1, with the visa on file, the gateway said "card_declined"
Tue 01 Dec 2026 09:00 EST  notice sent "Credit Card Payment failed"
    because charge happened, so the customer is told
    proof   mail n2 to info@bakery.example: delivered Tue 01 Dec 2026 09:00 EST ("250 2.0.0 OK"), <n2@host.example>
Sun 06 Dec 2026 09:00 EST  notice sent "First Invoice Overdue Notice"
    because policy a-small-orange (v1), milestone first-overdue: day +5 from the due date
    proof   mail n3 to info@bakery.example: delivered Sun 06 Dec 2026 09:00 EST ("250 2.0.0 OK"), <n3@host.example>
Thu 10 Dec 2026 09:00 EST  notice sent "Second Invoice Overdue Notice"
    because policy a-small-orange (v1), milestone second-overdue: day +9 from the due date
    proof   mail n4 to info@bakery.example: delivered Thu 10 Dec 2026 09:00 EST ("250 2.0.0 OK"), <n4@host.example>
Fri 11 Dec 2026 09:00 EST  suspended (undone since)
    because policy a-small-orange (v1), milestone suspend: day +10 from the due date; warned by "First
            Invoice Overdue Notice", delivered Sun 06 Dec 2026 09:00 EST; warned by "Second Invoice Overdue Notice",
            delivered Thu 10 Dec 2026 09:00 EST
    proof   the panel showed suspended
Fri 11 Dec 2026 09:00 EST  notice sent "Service Suspension Notification" (undone since)
    because suspend happened, so the customer is told
    proof   mail n5 to info@bakery.example: delivered Fri 11 Dec 2026 09:00 EST ("250 2.0.0 OK"), <n5@host.example>
Fri 11 Dec 2026 19:00 EST  undo u-1 by Ann (clock set wrong): suspend, suspend:told undone\
""")


def test_a_customer_reads_no_names_no_codes_and_no_addresses_of_others() -> None:
    case, now = moment(ASO, 91)
    case = approved(case, Approval(milestone="delete", by="Ann Staff"))
    case = unreadable(case, "payment_received", "secret words", now)
    later = Deferral(step="delete", at=now, until=now, reason="the breaker stopped 400")
    case = changed(case, deferrals=(later,))
    case = undone(case, undo(ASO, 5, 30, by="Bob Staff", reason="a slip of the clock"), now)
    text = receipt(case, now, copies(case), for_customer=True, waiting=nothing_waits).model_dump_json()
    for hidden in ("Ann Staff", "Bob Staff", "a slip", "secret words", "breaker", "info@", "card_declined (", "250 "):
        assert hidden not in text, hidden
    assert "to i…@bakery.example: delivered" in text
    assert "a mistake of ours was undone" in text
    staff = receipt(case, now, copies(case), waiting=nothing_waits).model_dump_json()
    for shown in ("Bob Staff", "a slip of the clock", "info@bakery.example", "the breaker stopped 400"):
        assert shown in staff, shown


def test_promises_graces_waivers_and_what_moved_the_steps_are_told() -> None:
    life = evening(COURTESY, 22, (12, pays("USD 54.99")), (20, takes_back("USD 54.99")))
    case = promised(life.case, Promise(until=case_today(life) + timedelta(days=5)))
    case = waived(case, Waiver(entry="late-fee", by="Ann", reason="goodwill"), life.now)
    made = receipt(case, life.now, waiting=nothing_waits)
    assert [each.split(" until ")[0] for each in made.waits] == [
        "a promise to pay held everything",
        "money was taken back (r-1): grace",
    ]
    because = {line.what: line.because for line in made.lines}
    assert because["payment USD 54.99"] == "money came"
    assert because["reversal USD 54.99"] == "the money was taken back"
    assert because["waiver USD 35.00 (goodwill by Ann)"] == "it is not asked for any more"
    moved = evening(ASO, 40, (10, lambda case, now: undone(case, undo(ASO, 5, 10), now)))
    clock = receipt(moved.case, moved.now, waiting=nothing_waits).clock
    assert clock[-1].startswith("steps moved by +12 day(s): first-overdue came 12 day(s) late, on Fri 18 Dec 2026")


def case_today(life: Life) -> date:
    return life.case.today(life.now)


def test_the_keys_of_charge_attempts() -> None:
    case, _ = moment(COURTESY, 6)
    assert attempt_keys(case) == ("INV-1042:charge:1", "INV-1042:second-charge:1")


@pytest.mark.promise(3)
@settings(max_examples=60, deadline=None)
@given(lives())
def test_every_step_of_every_life_has_a_reason(life: Life) -> None:
    for for_customer in (False, True):
        made = receipt(life.case, life.now, for_customer=for_customer, waiting=nothing_waits)
        assert [line.at for line in made.lines] == sorted(line.at for line in made.lines)
        for line in made.lines:
            assert line.because or line.what.startswith(("undo ", "a mistake of ours")), line
            assert line.when


def test_what_was_seen_from_outside_is_the_proof() -> None:
    case, now = moment(ASO, 9)
    suspended = recorded(case, step(case, "suspend"), Restricted(level=Level.SUSPENDED, proof="web HTTP 503"), now)
    line = receipt(suspended, now, waiting=nothing_waits).lines[-1]
    assert (line.what, line.proof) == ("suspended", "the panel showed suspended; seen from outside: web HTTP 503")
    back = reinstated(suspended, Reinstated(level=Level.ACTIVE, remaining=("abuse",), proof="web HTTP 200"), now)
    assert (
        receipt(back, now, waiting=nothing_waits).lines[-1].proof
        == "still held by abuse; seen from outside: web HTTP 200"
    )
