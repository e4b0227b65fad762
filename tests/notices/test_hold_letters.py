"""What customers read of holds that no payment lifts: in a notice of their own, and in the receipt (S2-17)."""

from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from adapters.settings.settings import HOLD_CONTACTS
from adapters.templates.renderer import TemplateRenderer
from dunning.case.orders import HeldFor, NoticeOrder
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level
from dunning.money import Money
from dunning.notices.hold_notice import hold_notice
from dunning.records.accounts import Account
from dunning.records.mail import NoticeText

FOLDER = Path(__file__).parents[2] / "notices"
RENDERER = TemplateRenderer(
    FOLDER, "Example Hosting", "https://p.example/pay", contacts=HOLD_CONTACTS, contact="us@h.example"
)
ACCOUNT = Account(id="bakery", name="Example Bakery")
NOW = datetime(2026, 12, 20, 9, tzinfo=UTC)


def told(kind: str, level: Level = Level.SUSPENDED) -> NoticeText:
    hold = Hold(account="bakery", source=kind, level=level, since=NOW, note="seen by staff only")
    return RENDERER.render(hold_notice(hold, ACCOUNT, NOW), ACCOUNT)


def receipt(*remaining: str, level: Level = Level.ACTIVE, held_for: tuple[HeldFor, ...] = ()) -> str:
    facts: dict[str, Any] = {
        "invoice": "INV-1",
        "account": "bakery",
        "step": "confirm:pay-1",
        "at": NOW,
        "title": "Invoice Payment Confirmation",
        "policy": "a-small-orange",
        "zone": "UTC",
        "due": date(2026, 12, 1),
        "balance": Money.zero("USD"),
        "amount": Money.parse("USD 19.99"),
        "happened_at": NOW,
        "level": level,
        "remaining": remaining,
        "held_for": held_for,
    }
    return one_line(RENDERER.render(NoticeOrder(**facts), ACCOUNT).text)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.req("S2-17")
@pytest.mark.parametrize("kind", OTHER_SOURCES)
def test_a_notice_about_a_hold_says_why_and_where_to_write_and_asks_for_no_money(kind: str) -> None:
    notice = told(kind)
    for part in (one_line(notice.text), one_line(unescape(notice.html))):
        assert f"write to {HOLD_CONTACTS[kind].write_to}".lower() in part.lower()
        assert HOLD_CONTACTS[kind].read in part
        assert "paying one does not lift this" in part
        assert "seen by staff only" not in part
        assert [word for word in ("Balance", "Due date", "$", "/pay", "invoice is paid") if word in part] == []


def test_the_whole_notice_about_a_report_of_abuse() -> None:
    notice = told("abuse")
    assert (notice.subject, notice.template.split("@")[0]) == (
        "Service Suspended: Abuse report",
        "common/service_suspended",
    )
    assert one_line(notice.text.split("\n-- ")[0]) == (
        "Hello Example Bakery, Your services with Example Hosting have been suspended because of a report of abuse. "
        "Your data has not been deleted. This is no matter of payment: your invoices go their own way, and paying one "
        "does not lift this. Your services: suspended What happens next Nothing more happens by itself. Write to "
        "abuse@hosting.example or read https://hosting.example/abuse-faq. No payment is asked for here."
    )


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Level.WARNED, "Nothing is restricted yet"),
        (Level.LOCKED, "nobody can log in or register"),
        (Level.SUSPENDED, "have been suspended"),
    ],
)
def test_each_level_has_its_own_words(level: Level, words: str) -> None:
    assert words in one_line(told("tos", level).text)


@pytest.mark.req("S2-17")
def test_a_receipt_says_which_hold_remains_and_where_to_write() -> None:
    said = receipt("abuse", "dmca")
    assert (
        "This invoice is paid: nothing more will happen because of it. Your services stay restricted because of a "
        "report of abuse, which no payment ends. Write to abuse@hosting.example or read "
        "https://hosting.example/abuse-faq. Your services stay restricted because of a copyright notice (DMCA), which "
        "no payment ends. Write to legal@hosting.example." in said
    )


def test_what_staff_restricted_at_the_panel_is_a_decision_of_staff_and_an_invoice_is_no_such_reason() -> None:
    assert "a decision of our staff, which no payment ends. Write to support@hosting.example." in receipt("panel:x")
    assert receipt("INV-2") == receipt()


def test_a_receipt_names_what_else_is_unpaid_and_keeps_the_services_restricted() -> None:
    said = receipt(held_for=(HeldFor(invoice="INV-2"),))
    assert "Your services stay restricted until invoice INV-2 is paid, too." in said
    assert "you need do nothing" not in said
    both = receipt("abuse", held_for=(HeldFor(invoice="INV-2"),))
    assert "a report of abuse, which no payment ends" in both
    assert "Invoice INV-2 is not paid and restricts your services, too." in both
    closed = receipt(held_for=(HeldFor(invoice="INV-2", payable=False),))
    assert "because of invoice INV-2, which cannot be paid any more" in closed
    assert "ask our Billing department for a new invoice: us@h.example." in closed
