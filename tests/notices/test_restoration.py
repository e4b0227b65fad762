"""The words about a deletion, before and after it: what is lost, and what can be bought back (S3-25, S3-26)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.settings.settings import ROOT
from adapters.templates.renderer import TemplateRenderer
from dunning.level import Level
from dunning.money import Money
from dunning.records.accounts import Account
from tests.notices.orders import notice_order

RENDERER = TemplateRenderer(ROOT / "notices", "Example Hosting", "https://portal.example/pay")
BEFORE: dict[str, Any] = {
    "before_deletion": True,
    "next_action": "delete",
    "next_at": datetime(2027, 1, 5, 15, tzinfo=UTC),
}
GONE: dict[str, Any] = {"deleted": True, "level": Level.DELETED}
BOTH: dict[str, Any] = {"backup_fee": Money.parse("USD 75.00"), "archive_fee": Money.parse("USD 150.00")}


def text(title: str, locale: str = "en_US", policy: str = "courtesy-5-10-35", **more: Any) -> str:
    facts: dict[str, Any] = {
        "invoice": "INV-1042",
        "account": "bakery",
        "step": "notice",
        "at": datetime(2026, 12, 11, 15, tzinfo=UTC),
        "title": title,
        "policy": policy,
        "zone": "America/Chicago",
        "due": date(2026, 12, 1),
        "balance": Money.parse("USD 54.99"),
        "level": Level.SUSPENDED,
    }
    order = notice_order(**(facts | more))
    written = RENDERER.render(order, Account(id="bakery", name="Example Bakery", locale=locale)).text
    return " ".join(written.split())


LAST = "Your Services Will Be Deleted"


@pytest.mark.req("S3-26")
def test_the_last_notice_says_that_site_and_mail_will_be_lost():
    said = text(LAST, **BEFORE, backups=False)
    assert "are due to be deleted on Tuesday, January 5, 2027. Paying the balance in full before then stops" in said
    assert "No back-up outlives the deletion: after it your site and mail are lost." in said


@pytest.mark.req("S3-25", "S3-26")
def test_the_last_notice_says_that_there_is_a_back_up_and_what_a_restore_costs():
    said = text(LAST, **BEFORE, backups=True, backup_fee=Money.parse("USD 75.00"))
    assert "There is a back-up now, and while it is kept a restore from it costs $75.00 after the deletion." in said
    assert "There is a back-up now." in text(LAST, **BEFORE, backups=True)
    assert "mail are lost" not in said


def test_a_panel_that_does_not_tell_is_no_promise():
    said = text(LAST, **BEFORE, backup_fee=Money.parse("USD 75.00"))
    assert "Do not count on a back-up being there after the deletion" in said
    assert "$75" not in said


@pytest.mark.req("S4-12", "S4-13")
def test_hotdoodle_s_last_notice_names_the_archive():
    archive = Money.parse("USD 150.00")
    said = text("Website Will Be Deleted", policy="hotdoodle", **BEFORE, backups=False, archive_fee=archive)
    assert "your website will be deleted, along with its back-up copies" in said
    assert "From our archive, which is kept apart from back-ups, a restoration costs $150.00." in said
    gone = text("Website Deleted", policy="hotdoodle", **GONE, backups=False, archive_fee=archive)
    assert "deleted, along with its back-up copies" in gone
    assert "There is no back-up: your site and mail are lost. From our archive" in gone
    assert "costs $150.00. Write to us if you want it: nothing is restored before you have agreed and paid." in gone


@pytest.mark.req("S3-25")
def test_after_the_deletion_a_restore_is_offered_only_if_there_is_a_back_up():
    said = text("Services Deleted", **GONE, backups=True, **BOTH)
    assert "There is a back-up: a restore from it costs $75.00." in said
    assert said.count("before you have agreed and paid") == 1
    assert "See this invoice" in said
    for backups in (False, None):
        assert "$75" not in text("Services Deleted", **GONE, backups=backups, **BOTH)


@pytest.mark.req("S3-26")
def test_after_the_deletion_the_customer_reads_that_all_is_lost():
    said = text("Services Deleted", **GONE, backups=False)
    assert "There is no back-up: your site and mail are lost." in said
    assert "nothing more happens by itself" in said
    assert "archive" not in said


def test_an_invoice_that_the_policy_voided_is_not_called_paid():
    said = text("Services Deleted", **GONE, backups=None, balance=Money.parse("USD 0"))
    assert "is paid" not in said
    assert "Whether a back-up is still there has to be looked up" in said


@pytest.mark.parametrize("backups", [True, False, None])
@pytest.mark.parametrize(("title", "when"), [(LAST, BEFORE), ("Services Deleted", GONE)])
def test_german_says_the_same(title: str, when: dict[str, Any], backups: bool | None):
    said = text(title, "de_DE", **when, backups=backups, **BOTH)
    assert "back-up" not in said
    assert "150,00" in said
    assert ("75,00" in said) is (backups is True)
    assert ("verloren." in said) is (backups is False)


@pytest.mark.req("S3-21")
@pytest.mark.parametrize(("locale", "words"), [("en_US", "hosted somewhere else"), ("de_DE", "die anderswo liegt")])
def test_an_outside_contact_is_asked_for(locale: str, words: str):
    assert words in text("Please Add an Outside Contact", locale, level=Level.ACTIVE)
