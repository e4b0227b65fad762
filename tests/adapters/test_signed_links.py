"""Pay links: good for one invoice, and for nobody who guesses."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings.settings import ROOT, Settings
from adapters.signed_links import Links, links_from
from adapters.templates.renderer import TemplateRenderer
from dunning.money import Money
from dunning.records.accounts import Account
from tests.notices.orders import notice_order

SECRET = "x" * 32
NOW = datetime(2026, 12, 6, 14, tzinfo=UTC)
LINKS = Links(SECRET, "https://host.example/billing/")


def test_the_link_names_the_invoice_and_carries_its_signature() -> None:
    link = urlsplit(LINKS.pay("INV-1042"))
    assert (link.scheme, link.netloc, link.path) == ("https", "host.example", "/billing/pay/INV-1042")
    assert LINKS.valid("INV-1042", parse_qs(link.query)["s"][0])


def test_the_link_is_the_same_in_every_mail() -> None:
    assert LINKS.pay("INV-1") == Links(SECRET, "https://host.example/billing").pay("INV-1")
    assert LINKS.signature("INV-1042") == "1_Irg_HFSIeiY4S313_5QCnitxV6PY6pIUR-CQTKK1w"  # by openssl


def test_the_ways_back_and_to_the_help() -> None:
    assert (
        LINKS.back("A", "method")
        == f"https://host.example/billing/pay/A/back?s={LINKS.signature('A')}&did=method&had=0"
    )
    assert LINKS.help == "https://host.example/billing/pay/help"


@pytest.mark.parametrize(
    "signature", ["", "x", "\xe9", "\ud800", "1_Irg_HFSIeiY4S313_5QCnitxV6PY6pIUR-CQTKK1w=", "0" * 9999]
)
def test_a_signature_that_is_none_is_not_valid(signature: str) -> None:
    assert not LINKS.valid("INV-1042", signature)


@given(st.text(), st.text())
def test_a_signature_is_good_for_its_invoice_only(one: str, other: str) -> None:
    assert LINKS.valid(one, LINKS.signature(one))
    assert LINKS.valid(other, LINKS.signature(one)) == (one == other)
    assert not Links("y" * 32, "https://host.example").valid(one, LINKS.signature(one))


def test_an_invoice_number_cannot_leave_its_link() -> None:
    assert urlsplit(LINKS.pay('../"x?y#z')).path == "/billing/pay/..%2F%22x%3Fy%23z"


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Links("x" * 31, "https://host.example")


@pytest.mark.parametrize(("secret", "on"), [("", False), ("a secret of at least 32 characters", True)])
def test_the_settings_choose(secret: str, on: bool) -> None:
    given: Any = {"link_secret": secret, "portal_url": "https://host.example"}
    links = links_from(Settings(**given))
    assert (links is not None) == on
    assert links is None or links.help == "https://host.example/pay/help"


@pytest.mark.req("S3-04")
def test_mails_carry_the_signed_link_and_the_help_of_the_portal() -> None:
    renderer = TemplateRenderer(ROOT / "notices", "Example Hosting", "https://else.example/pay", links=LINKS)
    order = notice_order(
        invoice="INV-1042", account="a", step="s", at=NOW, title="Customer Invoice", policy="a-small-orange",
        zone="America/New_York", due=NOW.date(), balance=Money.parse("USD 19.99"), next_action="suspend",
        next_at=NOW + timedelta(days=5),
    )  # fmt: skip
    notice = renderer.render(order, Account(id="a", name="Ada"))
    for body in (notice.text, unescape(notice.html)):
        assert LINKS.pay("INV-1042") in body
        assert LINKS.help in body
        assert "else.example" not in body
    facts = renderer.facts(order, Account(id="a", name="Ada"))
    assert facts["next_step"] in " ".join(notice.text.split())
