"""The mail with a new link: the link, and nothing of the invoice, in each language."""

from datetime import UTC, date, datetime

import pytest

from adapters.ring import Ring
from adapters.signed_links import Links
from adapters.templates.renderer import TemplateRenderer
from dunning.notices.new_link import TITLE, new_link_notice
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from tests.notices.test_templates import FOLDER, PAY

AT, GIVEN = datetime(2026, 12, 6, 14, tzinfo=UTC), datetime(2026, 12, 6, 14, 1, tzinfo=UTC)
LINKS = Links(Ring(("a secret of at least 32 characters",)), "https://portal.example")
KNOWN = KnownInvoice(number="INV/2026 #7", account="bakery", policy="hotdoodle", due=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("locale", "subject", "next_step"),
    [
        ("en_US", TITLE, "What is owed on invoice INV/2026 #7, and what happens next, stands on its page."),
        ("de_DE", "Ihr Link zu einer Rechnung", "Was auf der Rechnung INV/2026 #7 offen ist"),
    ],
)
def test_it_has_the_link_and_says_nothing_of_what_is_owed(locale: str, subject: str, next_step: str) -> None:
    account = Account(id="bakery", name="Example Bakery", locale=locale)
    order = new_link_notice(KNOWN, account, AT, GIVEN)
    written = TemplateRenderer(FOLDER, "Example Hosting", PAY, links=LINKS).render(order, account)
    text = " ".join(written.text.split())
    assert written.subject == subject
    assert LINKS.pay("INV/2026 #7", GIVEN) in text
    assert next_step in text
    assert "0.00" not in text
    assert "0,00" not in text


def test_it_is_one_for_each_five_hours_of_a_day() -> None:
    account = Account(id="bakery", name="Example Bakery")
    steps = {new_link_notice(KNOWN, account, AT.replace(hour=hour), AT).step for hour in range(24)}
    assert len(steps) == 5
