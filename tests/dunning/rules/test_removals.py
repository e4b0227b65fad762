"""The removal list: who is on it, and who has to agree."""

from datetime import timedelta

import pytest

from dunning.case.facts import Approval, Undo
from dunning.case.update import changed
from dunning.money import Money
from dunning.policy.plan import Restoration
from dunning.rules.removals import due_first, removal
from dunning.rules.upcoming import nothing_waits
from dunning.rules.updates import approved
from dunning.undo.undo import undone
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, moment
from tests.dunning.examples import DUE, pays


@pytest.mark.req("S2-14", "S3-23")
def test_an_inactive_account_is_listed_with_its_reason_and_who_must_agree() -> None:
    case, now = moment(ASO, 91)
    found = removal(case, now, nothing_waits)
    assert found is not None
    assert (found.waits, found.needed, found.given, found.missing) == (True, 1, (), 1)
    assert (str(found.owed), found.level, found.policy) == ("USD 19.99", "inactive", ASO)
    assert found.since == next(done.at for done in case.done if done.step == "deactivate")
    assert found.command == "starter.py approve INV-1042 delete --by NAME"
    agreed = removal(approved(case, Approval(milestone="delete", by="Ann")), now, nothing_waits)
    assert agreed is not None
    assert (agreed.given, agreed.missing, agreed.command) == (("Ann",), 0, "")


@pytest.mark.req("S4-13")
def test_what_a_restore_would_cost_is_said() -> None:
    case, now = moment(COURTESY, 36)
    fee = Money.parse("USD 150.00")
    priced = changed(case, plan=case.plan.model_copy(update={"restoration": Restoration(backup_fee=fee)}))
    found = removal(priced, now, nothing_waits)
    assert found is not None
    assert (found.milestone, found.backup_fee, found.archive_fee) == ("terminate", fee, None)
    assert found.since == next(done.at for done in case.done if done.step == "suspend")


def test_who_is_not_due_or_has_paid_is_not_listed() -> None:
    early, now = moment(ASO, 20)
    assert removal(early, now, nothing_waits) is None
    case, now = moment(COURTESY, 36)
    assert removal(pays("USD 54.99")(case, now), now, nothing_waits) is None


@pytest.mark.req("S4-12")
def test_a_deletion_that_asks_nobody_is_listed_with_its_day() -> None:
    case, now = moment(HOTDOODLE, 31)
    found = removal(case, now, nothing_waits)
    assert found is not None
    assert (found.milestone, found.needed, found.waits, found.command) == ("delete", 0, False, "")
    assert found.on == DUE + timedelta(days=60)


def test_who_agreed_before_money_came_that_pays_for_nothing_is_asked_anew() -> None:
    """The customer paid, only too late: a person is to see that before the services are deleted."""
    case, now = moment(ASO, 91)
    agreed = approved(case, Approval(milestone="delete", by="Ann"))
    parked = pays("USD 19.99")(agreed, now)
    found = removal(parked, now, nothing_waits)
    assert found is not None
    assert (found.given, found.missing) == ((), 1)
    again = approved(parked, Approval(milestone="delete", by="Ann"))
    told_twice = removal(pays("USD 19.99")(again, now), now, nothing_waits)
    assert told_twice is not None
    assert told_twice.given == ("Ann",), "the same money told twice changes nothing"


def test_those_who_wait_now_come_first_and_an_undo_takes_one_off_the_list() -> None:
    case, now = moment(ASO, 91)
    ahead, before = moment(ASO, 31)
    found = [each for each in (removal(ahead, before, nothing_waits), removal(case, now, nothing_waits)) if each]
    assert [each.waits for each in due_first(found)] == [True, False]
    wrong = Undo(id="u", since=case.opened_at, until=now)
    assert removal(undone(case, wrong, now), now, nothing_waits) is None
