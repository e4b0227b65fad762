"""A customer is written to by their brand: sender, text, look, links, foot; the mail carries the logo."""

import asyncio
from collections.abc import AsyncGenerator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from adapters import mail
from adapters.settings.brands import with_logo
from dunning.records.mail import Mail, NoticeText
from tests.adapters.settings.test_brands import PNG
from tests.notices.office import AT, Office, an_office, order

ANNA, BOB = "anna@bakery.example", "bob@butcher.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    logo = tmp_path / "logo.png"
    logo.write_bytes(PNG)
    acme: dict[str, Any] = {
        "company": "Acme Web",
        "mail_from": "hello@acme.example",
        "mail_reply_to": "no-reply@acme.example",
        "portal_url": "https://pay.acme.example",
        "colour": "#7a1f5c",
        "logo": logo,
        "legal": "Acme Web Ltd\nReg. 1234567",
    }
    async with an_office(
        tmp_path, brands={"acme": acme}, mail_bounces="bounces@h.example", digest_seconds=0.2
    ) as office:
        await office.account(ANNA, brand="acme")
        await office.account(BOB, name="butcher")
        yield office


async def test_a_mail_is_the_brand_s_from_its_sender_to_its_foot(office: Office) -> None:
    await office.send(order())
    (sent,) = office.to(ANNA)
    headers = dict(sent.headers)
    assert (headers["From"], headers["Reply-To"]) == ("Acme Web <hello@acme.example>", "no-reply@acme.example")
    assert sent.sender.endswith("@h.example"), "mail comes back to one domain for all"
    assert sent.sender.startswith("bounces+")
    for body in (sent.text, sent.html):
        assert "https://pay.acme.example/pay/INV-1042?s=" in body
        assert "https://pay.acme.example/notices/" in body
        assert "Example Hosting" not in body
        assert "hosting.example" not in body
        assert "p.example" not in body.replace("bounces@h.example", "")
        assert "Reg. 1234567" in body
    assert "brand=acme" in sent.text, "the help, too"
    assert "#7a1f5c" in sent.html
    assert "#0a5ca8" not in sent.html


async def test_another_customer_reads_nothing_of_it(office: Office) -> None:
    await office.send(order("INV-2", account="butcher"))
    (sent,) = office.to(BOB)
    assert dict(sent.headers)["From"] == "Example Hosting <billing@hosting.example>"
    for body in (sent.text, sent.html):
        assert "acme" not in body.lower()
        assert "https://p.example/pay/INV-2" in body
    assert "cid:" not in sent.html


async def test_a_digest_is_the_brand_s_too(office: Office) -> None:
    await asyncio.gather(*(office.send(order(number, digest=True)) for number in ("INV-1", "INV-2")))
    (sent,) = office.to(ANNA)
    assert sent.subject == "2 notices about your account"
    assert dict(sent.headers)["From"] == "Acme Web <hello@acme.example>"
    assert dict(sent.headers)["Reply-To"] == "no-reply@acme.example"
    assert "Example Hosting" not in sent.text + sent.html
    assert sent.html.count("Reg. 1234567") == 1


def test_the_logo_travels_with_the_mail_and_a_browser_has_it_in_the_page(office: Office) -> None:
    mailer, brand = mail.mailer_from(office.settings), office.settings.all_brands().of("acme")
    content = NoticeText(subject="s", text="t", html='<img src="cid:logo">', template="x")
    made = mailer.compose(Mail(message_id="<1@x>", recipient=ANNA, content=content, at=AT, brand="acme"))
    parts = {part.get_content_type(): part for part in message_from_bytes(made.as_bytes()).walk()}
    assert list(parts) == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert (parts["image/png"]["Content-ID"], parts["image/png"].get_payload(decode=True)) == ("<logo>", PNG)
    assert with_logo(content.html, brand).startswith('<img src="data:image/png;base64,')
    house = mailer.compose(Mail(message_id="<1@x>", recipient=ANNA, content=content, at=AT))
    assert [part.get_content_type() for part in house.walk()][1:] == ["text/plain", "text/html"]


async def test_a_brand_that_was_taken_out_of_the_settings_leaves_nobody_without_a_warning(office: Office) -> None:
    await office.account("carl@candles.example", name="candles", brand="gone")
    await office.send(order("INV-3", account="candles"))
    (sent,) = office.to("carl@candles.example")
    assert dict(sent.headers)["From"] == "Example Hosting <billing@hosting.example>"
