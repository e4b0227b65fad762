"""A notice about what is owed says when nobody can pay, if a maintenance window lies near (S0-16)."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dunning.level import Level
from dunning.money import Money
from dunning.windows.window import Window
from tests.notices.office import AT, Office, an_office, order

EMAIL = "ann@bakery.example"
SUSPENDED = {"title": "Service Suspension Notification", "step": "suspend:told", "level": Level.SUSPENDED}
ENGLISH = (
    "From December 7, 2026 09:00 EST until December 7, 2026 11:00 EST we work on our systems, and nobody can pay at "
    "our customer portal. A service that is suspended before or then comes back only once you have paid after it"
)
GERMAN = "Von 7. Dezember 2026 09:00 -0500 bis 7. Dezember 2026 11:00 -0500 arbeiten wir an unseren Systemen"


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    async with an_office(tmp_path) as made:
        yield made


async def a_window(office: Office, hours: float = 24, *, cancelled: bool = False) -> None:
    since = AT + timedelta(hours=hours)
    window = Window(id="w", since=since, until=since + timedelta(hours=2), zone="UTC", cancelled=cancelled)
    await office.store.put_window(window)


def text(office: Office) -> str:
    (mail,) = office.to(EMAIL)
    return " ".join(mail.text.split())


@pytest.mark.req("S0-16")
@pytest.mark.parametrize(("locale", "says"), [("en_US", ENGLISH), ("de_DE", GERMAN)])
async def test_the_suspension_notice_says_when_paying_is_not_possible(office: Office, locale: str, says: str) -> None:
    await office.account(EMAIL, locale=locale)
    await a_window(office)
    await office.send(order(**SUSPENDED))
    assert says in text(office)
    (copy,) = await office.store.notices("INV-1042")
    assert says in " ".join(copy.content.text.split())
    assert "2026" in copy.content.html.partition("<!-- notice -->")[2]


@pytest.mark.parametrize("hours", [-3, 8 * 24])
async def test_one_that_is_over_or_far_away_is_not_told_of(office: Office, hours: float) -> None:
    await office.account(EMAIL)
    await a_window(office, hours)
    await office.send(order(**SUSPENDED))
    assert "work on our systems" not in text(office)


async def test_one_that_is_cancelled_is_not_told_of_nor_any_to_who_owes_nothing(office: Office) -> None:
    await office.account(EMAIL)
    await a_window(office, cancelled=True)
    await office.send(order(**SUSPENDED))
    await a_window(office)
    paid = order(title="Invoice Payment Confirmation", step="confirm:p-1", balance=Money.zero("USD"), invoice="INV-7")
    await office.send(paid.model_copy(update={"amount": Money.parse("USD 19.99"), "happened_at": AT}))
    for mail in office.to(EMAIL):
        assert "work on our systems" not in " ".join(mail.text.split())
