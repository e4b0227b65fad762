"""The notice to who pays a day behind: their own dates, and one link for each cure, in each language."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.ring import Ring
from adapters.signed_links import Links
from adapters.templates.renderer import TemplateRenderer
from dunning.case.habit import Habit
from dunning.money import Money
from dunning.notices.payment_date import payment_date_notice
from dunning.records.accounts import Account
from tests.notices.test_templates import FOLDER, PAY
from tests.portal.mailed import Mailed

AT = datetime(2027, 4, 16, tzinfo=UTC)
LINKS = Mailed(Links(Ring(("a secret of at least 32 characters",)), "https://portal.example"), AT)
FEE = Money.parse("USD 19.99")


def text(locale: str, **wrong: Any) -> str:
    facts: dict[str, Any] = {
        "subscription": "I-1",
        "due": date(2027, 4, 10),
        "next_due": date(2027, 5, 10),
        "pays": date(2027, 4, 16),
        "better": date(2027, 5, 10),
        "owed": FEE,
        "amount": FEE,
    }
    account = Account(id="bakery", name="Example Bakery", locale=locale)
    habit = Habit.model_validate({**facts, **wrong})
    order = payment_date_notice(habit, account, "UTC", AT)
    written = TemplateRenderer(FOLDER, "Example Hosting", PAY, links=LINKS.links).render(order, account)
    return f"{written.subject}\n{' '.join(written.text.split())}"


LATE: dict[str, Any] = {"late": True, "reminded": date(2027, 4, 15)}


def test_late_each_month_with_both_cures() -> None:
    said = text("en_US", **LATE)
    assert said.startswith("Your Payment Date\n")
    for day in ("April 10, 2027", "April 15, 2027", "April 16, 2027", "May 10, 2027", "$19.99"):
        assert day in said
    assert "you will be reminded every time" in said
    assert "We wait for it" in text("en_US", **LATE, waited=True)
    for link in (LINKS.ahead("I-1"), LINKS.date("I-1")):
        assert said.count(link) == 1


def test_in_german_it_is_german_wholly() -> None:
    said = text("de_DE", **LATE, began=date(2027, 1, 31), short=Money.parse("USD 5.00"))
    assert said.startswith("Ihr Zahlungstermin\n")
    for words in ("10. April 2027", "15. April 2027", "16. April 2027", "10. Mai 2027", "31. Januar 2027", "5,00"):
        assert words in said
    assert "payment" not in said.replace(LINKS.ahead("I-1"), "").replace(LINKS.date("I-1"), "")


def test_what_can_be_moved_is_not_to_be_cancelled() -> None:
    for locale, move, cancel in (
        ("en_US", "move it to", "cancel the"),
        ("de_DE", "verlegen Sie es auf", "Kündigen Sie"),
    ):
        assert cancel in text(locale, **LATE)
        said = text(locale, **LATE, moves=True)
        assert move in said
        assert cancel not in said
        assert said.count(LINKS.date("I-1")) == 1


def test_moved_to_the_1st_and_too_little() -> None:
    assert "began on Sunday, January 31, 2027" in text("en_US", began=date(2027, 1, 31))
    short = text("en_US", short=Money.parse("USD 5.00"), amount=Money.parse("USD 14.99"))
    for words in ("$14.99", "$5.00 stays open every time", LINKS.date("I-1")):
        assert words in short
    assert LINKS.ahead("I-1") not in short


@pytest.mark.parametrize("other", ["I-2", "I-1/date", ""])
def test_a_link_is_good_for_its_own_subscription(other: str) -> None:
    signature = LINKS.date("I-1").split("?s=")[1]
    assert LINKS.links.opened("payments", "I-1", signature)
    assert not LINKS.links.opened("payments", other, signature)
    assert not LINKS.links.opened("pay", "I-1", signature), "nor for an invoice of that number"
