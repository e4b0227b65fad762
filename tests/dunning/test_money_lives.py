"""Whole lives of money under the shipped policies, told in the words of the source documents S2, S3 and S4."""

import pytest

from dunning.case.decisions import follow_up
from dunning.case.ledger import Kind
from dunning.case.orders import NoticeOrder
from dunning.case.results import Charged, Reinstated
from dunning.holds import Hold, Rule, after_payment
from dunning.level import Level
from dunning.policy.plan import Action
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, days, did, evening, moment, step
from tests.dunning.examples import at, opened, pays, sends_money, takes_back
from tests.dunning.life import Life
from tests.dunning.world import World


def notices(life: Life) -> list[tuple[int, str]]:
    """Day and title of each notice."""
    case = life.case
    titles = [(case.today(d.known), d.step.notice) for d in life.of(Action.NOTIFY, Action.ISSUE) if d.step]
    return [((day - case.invoice.due).days, title) for day, title in titles if title]


def notice(life: Life, name: str) -> NoticeOrder:
    done = did(life, name)
    assert done.step is not None
    order = order_for(done.before, done.step, done.decided)
    assert isinstance(order, NoticeOrder)
    return order


def fees(life: Life) -> list[str]:
    return [str(entry.amount) for entry in life.case.entries if entry.kind is Kind.LATE_FEE]


# S3: "10 days before due date ... You may pay your invoice at any time"


@pytest.mark.req("S3-06")
@pytest.mark.parametrize("day", [-10, -5, -1])
def test_paid_before_the_due_date_no_card_is_charged_and_no_later_step_comes(day: int) -> None:
    life = evening(COURTESY, 40, (day, pays()))
    assert notices(life) == [(-10, "Courtesy Invoice"), (day, "Payment Confirmation")]
    assert (life.outcome, life.world.company.reached) == ("paid", [])


@pytest.mark.req("S3-06")
def test_paid_in_part_before_the_due_date_only_the_rest_is_charged() -> None:
    life = evening(COURTESY, 1, (-5, pays("USD 9.99")), charges="ok")
    assert {key: str(amount) for key, amount in life.moved.items()} == {"INV-1042:charge:1": "USD 10.00"}


# S3: "On due date: Payment will be processed automatically"


@pytest.mark.req("S3-08", "S3-10", "S2-28")
def test_on_the_due_date_the_payment_is_processed_and_one_confirmation_follows() -> None:
    life = evening(COURTESY, 40, charges="ok")
    assert days(life) == [
        (-10, "issue"), (0, "charge"), (0, "confirm:ch-INV-1042%3Acharge%3A1"), (0, "close:2"),
    ]  # fmt: skip
    assert notices(life) == [(-10, "Courtesy Invoice"), (0, "Payment Confirmation")]
    confirmation = notice(life, "confirm:ch-INV-1042%3Acharge%3A1")
    assert (str(confirmation.amount), confirmation.happened_at) == ("USD 19.99", at(opened(COURTESY), 0))


@pytest.mark.req("S3-09")
def test_without_valid_data_nothing_is_attempted_and_the_mail_says_why() -> None:
    life = evening(COURTESY, 1, charges="no_method")
    assert life.world.company.reached == []
    failed = notice(life, "charge:told")
    assert (failed.title, failed.detail) == ("Automatic Payment Not Possible", "no valid payment method on file")
    assert failed.untried


@pytest.mark.req("S3-10", "S2-27")
@pytest.mark.parametrize(("name", "title"), [(COURTESY, "Payment Failed"), (ASO, "Credit Card Payment failed")])
def test_a_declined_payment_is_told_once_for_each_attempt(name: str, title: str) -> None:
    life = evening(name, 9)
    failures = [day for day, its_title in notices(life) if its_title == title]
    assert failures == ([0, 5] if name == COURTESY else [0])
    assert len(failures) == len(life.world.company.reached)


# S3: "5 days past due: A 2nd attempt ... If the payment fails, a $35.00 late fee will be applied"


@pytest.mark.req("S3-12", "S3-13", "S3-16")
def test_five_days_past_due_a_second_attempt_fails_and_the_fee_is_added_once() -> None:
    life = evening(COURTESY, 9)
    assert [(day, name) for day, name in days(life) if day == 5] == [
        (5, "second-charge"), (5, "second-charge:told"), (5, "late-fee"),
    ]  # fmt: skip
    assert (fees(life), str(life.case.balance)) == (["USD 35.00"], "USD 54.99")
    failed = notice(life, "second-charge:told")
    assert (failed.title, failed.next_action) == ("Payment Failed", "suspend"), "the customer reads what comes next"


@pytest.mark.req("S3-12", "S3-14", "S3-10")
def test_a_second_attempt_that_succeeds_is_confirmed_and_brings_no_fee() -> None:
    life = evening(COURTESY, 40, world=World(charges=["declined", "ok"]))
    assert notices(life) == [(-10, "Courtesy Invoice"), (0, "Payment Failed"), (5, "Payment Confirmation")]
    assert (fees(life), life.outcome) == ([], "paid")


@pytest.mark.req("S3-14")
def test_a_second_attempt_whose_good_answer_comes_days_late_brings_no_fee_either() -> None:
    life = evening(COURTESY, 40, world=World(charges=["declined", "pending", "pending", "pending", "ok"]))
    assert [(day, name) for day, name in days(life) if name == "second-charge"] == [
        (5, "second-charge"), (6, "second-charge"), (7, "second-charge"), (8, "second-charge"),
    ]  # fmt: skip
    assert (fees(life), life.outcome, len(life.world.company.reached)) == ([], "paid", 1 + 1)


@pytest.mark.req("S3-15", "S3-16")
def test_we_do_not_make_a_third_attempt_you_must_log_in_and_pay() -> None:
    life = evening(COURTESY, 200)
    assert life.world.company.reached == ["INV-1042:charge:1", "INV-1042:second-charge:1"]


# S3: "Once you pay all past-due invoices, they will reactivate automatically"


@pytest.mark.req("S3-27", "S3-29", "S3-32")
@pytest.mark.parametrize(
    ("amount", "back"), [("USD 54.99", True), ("USD 54.49", True), ("USD 54.48", False), ("USD 19.99", False)]
)
def test_reactivation_needs_the_fee_too_but_for_what_is_too_small_to_be_asked_for(amount: str, *, back: bool) -> None:
    life = evening(COURTESY, 14, (12, pays(amount)))
    assert ("reinstate" in life.steps()) is back
    assert life.case.level is (Level.ACTIVE if back else Level.SUSPENDED)


@pytest.mark.req("S3-27", "S3-28")
def test_who_paid_one_of_two_invoices_stays_suspended_and_the_case_names_the_one_that_remains() -> None:
    case, now = moment(COURTESY, 12)
    case = reinstated(pays("USD 54.99")(case, now), Reinstated(level=Level.SUSPENDED, remaining=("INV-1043",)), now)
    assert (case.remaining_holds, case.done[-1].detail) == (("INV-1043",), "still held by INV-1043")
    hold = Hold(account="bakery", source="INV-1042", level=Level.SUSPENDED, since=now)
    (heir,) = after_payment([hold], ["INV-1042"], Rule.ALL_PAST_DUE, ["INV-1043"])
    assert (heir.source, heir.level) == ("INV-1043", Level.SUSPENDED)


@pytest.mark.req("S3-30")
def test_a_suspended_customer_s_payment_counts_like_any_other() -> None:
    life = evening(COURTESY, 30, (20, pays("USD 54.99")))
    assert [(day, name) for day, name in days(life) if day >= 20] == [
        (20, "reinstate"), (20, "confirm:p-1"), (20, "close:3"),
    ]  # fmt: skip


@pytest.mark.req("S3-32")
def test_cents_stay_exact_in_every_sum() -> None:
    parts = [(6, pays("USD 0.01", "p-1")), (7, pays("USD 0.10", "p-2")), (8, pays("USD 33.33", "p-3"))]
    assert str(evening(COURTESY, 9, *parts).case.balance) == "USD 21.55"


# S3, derived: bank debits


@pytest.mark.req("S3-33")
def test_our_own_bank_debit_that_is_still_settling_holds_fee_and_suspension_and_its_return_lets_them_go_on() -> None:
    world = World(charges=["declined", *["pending"] * 6, "declined"])
    life = evening(COURTESY, 30, world=world)
    assert [(day, name) for day, name in days(life) if day > 10] == [
        (11, "second-charge"), (11, "second-charge:told"), (11, "late-fee"), (16, "suspend"), (16, "suspend:told"),
    ]  # fmt: skip


@pytest.mark.req("S3-33", "S3-08")
def test_a_bank_debit_from_the_pay_page_on_the_last_day_keeps_the_due_date_s_charge_away() -> None:
    life = evening(COURTESY, 1, (-1, sends_money()), world=World(charges=["ok"]))
    assert (0, "charge") in days(life), "it returned at once, so the card is charged"
    assert notices(life)[-2:] == [(-1, "Payment Failed"), (0, "Payment Confirmation")]


@pytest.mark.req("S3-34")
def test_a_bank_debit_that_returns_after_the_reactivation_opens_the_case_again_by_the_stated_rule() -> None:
    """Ten days nothing happens, and a notice says so; then the services are suspended again; no fee comes twice."""
    life = evening(COURTESY, 40, (12, pays("USD 54.99")), (16, takes_back("USD 54.99")))
    assert [(day, title) for day, title in notices(life) if day >= 12] == [
        (12, "Payment Confirmation"),
        (16, "Payment Taken Back"),
        (26, "Invoice Overdue"),
        (31, "Invoice Reminder: Services Suspended"),
    ]
    taken_back = notice(life, "reversal:r-1")
    assert (str(taken_back.balance), taken_back.next_action, taken_back.next_at) == (
        "USD 54.99", "suspend", at(opened(COURTESY), 31),
    )  # fmt: skip
    assert (fees(life), life.case.level) == (["USD 35.00"], Level.SUSPENDED)


@pytest.mark.req("S3-35", "S3-09")
def test_the_policy_says_that_the_fee_applies_when_no_attempt_was_possible() -> None:
    life = evening(COURTESY, 9, charges="no_method")
    assert (fees(life), life.world.company.reached) == (["USD 35.00"], [])


# S2: "Invoice Payment Confirmation ... with no errors and a valid transaction date"


@pytest.mark.req("S2-28")
def test_the_confirmation_carries_the_company_s_own_date_also_when_we_hear_of_it_later() -> None:
    case, _ = moment(ASO, -1)
    moved_at, heard_at = at(opened(ASO), 0), at(opened(ASO), 3)
    charged = Charged(payment="ch-1", amount=case.balance, at=moved_at)
    told = recorded(case, step(case, "charge"), charged, heard_at)
    confirm = order_for(told, follow_up("confirm:ch-1", heard_at), heard_at)
    assert isinstance(confirm, NoticeOrder)
    assert (confirm.happened_at, confirm.detail, str(confirm.amount)) == (moved_at, "ch-1", "USD 19.99")


@pytest.mark.req("S2-28")
def test_each_payment_is_confirmed_once_also_when_it_is_told_again_and_again() -> None:
    again = [(day, pays("USD 5.00")) for day in (1, 1, 2, 3)]
    life = evening(ASO, 4, *again)
    assert [title for _, title in notices(life)].count("Invoice Payment Confirmation") == 1


# S4: "a $75 reactivation fee plus the balance of monthly fees"


@pytest.mark.req("S4-10", "S4-11")
@pytest.mark.parametrize(
    ("deposits", "back"),
    [
        (["USD 94.99"], True),
        (["USD 75.00"], False),
        (["USD 19.99"], False),
        (["USD 94.48"], False),
        (["USD 75.00", "USD 19.99"], True),
        (["USD 19.99", "USD 75.00"], True),
    ],
)
def test_a_suspended_website_comes_back_for_fee_and_balance_and_for_nothing_less(
    deposits: list[str], *, back: bool
) -> None:
    facts = [(31 + number, pays(amount, f"p-{number}")) for number, amount in enumerate(deposits)]
    life = evening(HOTDOODLE, 34, *facts)
    assert ("reinstate" in life.steps()) is back
    if back:
        given_back = next(d for d in life.did if d.step is None)
        assert given_back.decided == at(opened(HOTDOODLE), facts[-1][0], minutes=30), "the moment the deposit is there"


@pytest.mark.req("S4-10", "S4-11")
def test_before_the_suspension_the_balance_is_enough_and_no_reversal_brings_the_fee_twice() -> None:
    assert evening(HOTDOODLE, 30, (25, pays())).outcome == "paid"
    life = evening(HOTDOODLE, 80, (31, pays("USD 94.99")), (40, takes_back("USD 94.99")))
    assert (life.case.level, str(life.case.balance)) == (Level.SUSPENDED, "USD 94.99")
