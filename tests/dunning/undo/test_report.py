"""What people read of an undo: rows, totals, tickets."""

from dunning.case.update import changed
from dunning.undo.report import TouchedCase, counts, not_undoable_ticket, totals, touched_case, undo_record
from dunning.undo.undo import undone
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, moment
from tests.dunning.examples import pays
from tests.dunning.undo.test_undo import undo


def test_a_dry_run_and_the_undo_say_the_same() -> None:
    case, now = moment(COURTESY, 11)
    wrong = undo(COURTESY, 5, 10)
    would = touched_case(case, wrong, now, closed=False)
    assert would is not None
    assert (would.outcome, would.level) == ("would undo", "suspended to active")
    assert would.taken == "second-charge:told, late-fee, suspend, suspend:told, late-fee"
    done = touched_case(undone(case, wrong, now), wrong, now, closed=False)
    assert done is not None
    assert (done.outcome, done.run) == ("already undone", would.run)


def test_what_the_run_did_not_touch_is_not_listed() -> None:
    case, now = moment(ASO, 11)
    assert touched_case(case, undo(ASO, 40, 50), now, closed=False) is None
    assert touched_case(case, undo(ASO, 9, 9), now, closed=True) is None, "a notice alone is nobody's work any more"


def test_charges_and_deletions_are_named_for_a_person() -> None:
    case, now = moment(COURTESY, 3, charges="ok")
    stands = touched_case(case, undo(COURTESY, 0, 3), now, closed=True)
    assert stands is not None
    assert (stands.outcome, stands.stands) == ("charges stand", "charge charge USD 19.99 (ch-INV-1042:charge:1)")
    gone, now = moment(HOTDOODLE, 61)
    row = touched_case(gone, undo(HOTDOODLE, 60, 60), now, closed=True)
    assert row is not None
    assert (row.outcome, row.detail) == ("not undoable", "its case ended as deleted")
    ticket = not_undoable_ticket(row, undo(HOTDOODLE, 60, 60), now)
    assert (ticket.key, ticket.department) == ("INV-1042:undo:u-1", "Billing")
    assert "deletion delete" in ticket.body


def test_what_was_done_is_counted_by_case_account_and_notice() -> None:
    case, now = moment(COURTESY, 11)
    one = touched_case(case, undo(COURTESY, 5, 10), now, closed=False)
    assert one is not None
    assert one.run is not None
    alone = one.run.model_copy(update={"steps": (), "back_to": one.run.level, "pending": "suspend"})
    rows = [one, one.model_copy(update={"invoice": "INV-2"}), one.model_copy(update={"account": "b", "run": alone})]
    other = one.model_copy(update={"invoice": "INV-8", "outcome": "already undone"})
    found = counts([*rows, other], "would undo")
    assert (found.cases, found.accounts, found.loosened, found.corrections, found.steps) == (3, 2, 2, 2, 8)
    assert (str(found.fees[0]), found.owed_again) == ("USD 105.00", ())
    assert found.words == (
        "3 case(s) of 2 account(s); 8 step(s) count no more; 2 case(s) go back to a lower level; "
        "2 correction(s) are written; fees of USD 105.00 waived"
    )
    assert counts([other], "would undo").cases == 0


def test_the_record_says_who_why_and_every_case() -> None:
    case, now = moment(COURTESY, 11)
    wrong = undo(COURTESY, 5, 10, reason="clock set wrong")
    row = touched_case(case, wrong, now, closed=False)
    failed = TouchedCase(invoice="INV-9", outcome="failed", detail="no worker answered")
    assert row is not None
    ticket = undo_record([failed, row], wrong, COURTESY, now)
    assert ticket.body.splitlines()[1:] == [
        "By: Ann. Reason: clock set wrong. Held for 7 day(s).",
        "failed: 1; would undo: 1",
        (
            "This run: 0 case(s) of 0 account(s); 0 step(s) count no more; 0 case(s) go back to a lower level; "
            "0 correction(s) are written."
        ),
        (
            "- INV-1042 (bakery) would undo: second-charge:told, late-fee, suspend, suspend:told, late-fee; "
            "suspended to active; fees reversed USD 35.00"
        ),
        "- INV-9 () failed: no worker answered",
    ]
    assert undo_record([row], wrong, "", now, 2).key == ":undo:u-1:2"
    assert totals([]) == {}
    paid = pays("USD 54.99")(changed(case), now)
    assert touched_case(paid, wrong, now, closed=False) is not None
