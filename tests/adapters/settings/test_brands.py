"""Brands in the settings: what is left out is the house's, and what is wrong is said with its key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.settings.brands import COLOUR, MOST
from adapters.settings.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """Give what reads a `reprieve.toml` with these lines; `PNG` is a logo's path."""
    (tmp_path / "logo.png").write_bytes(PNG)

    def settings(lines: str) -> Settings:
        file = tmp_path / "reprieve.toml"
        file.write_text(lines.replace("PNG", str(tmp_path / "logo.png")))
        monkeypatch.setenv("REPRIEVE_CONFIG", str(file))
        return Settings()

    return settings


def test_without_a_word_there_is_the_house(read: Callable[[str], Settings]) -> None:
    brands = read('company = "House"\nportal_url = "https://pay.house.example"').all_brands()
    assert (brands.house.company, brands.house.colour, brands.house.logo, list(brands.names)) == (
        "House",
        COLOUR,
        None,
        [],
    )
    assert brands.of("") is brands.of("nobody-s") is brands.house


def test_a_brand_has_its_own_and_the_house_s_addresses_where_it_has_none(read: Callable[[str], Settings]) -> None:
    brands = read(
        """
        company = "House"
        mail_from = "us@house.example"
        legal = "House Ltd"
        logo = "PNG"
        [brands.bare]
        company = "Bare"
        [brands.acme]
        company = "Acme Web"
        mail_from = "hello@acme.example"
        mail_reply_to = "no-reply@acme.example"
        portal_url = "https://pay.acme.example"
        colour = "#7a1f5c"
        logo = "PNG"
        legal = "Acme Ltd\\nReg. 1"
        """
    ).all_brands()
    bare, acme = brands.of("bare"), brands.of("acme")
    assert (bare.company, bare.contact, bare.url, bare.colour) == ("Bare", "us@house.example", brands.house.url, COLOUR)
    assert (bare.legal, bare.logo) == ("", None), "the house's foot and logo are nobody else's"
    assert (acme.contact, acme.reply_to, acme.url) == (
        "hello@acme.example",
        "no-reply@acme.example",
        "https://pay.acme.example",
    )
    assert acme.logo is not None
    assert (acme.logo.type, acme.logo.data, acme.legal_lines) == ("png", PNG, ["Acme Ltd", "Reg. 1"])
    assert brands.at("pay.acme.example") is acme
    assert brands.at("elsewhere.example") is brands.house


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ('[brands.acme]\ncompany = ""', ("brands", "acme", "company"), "words in one line"),
        ("[brands.acme]", ("brands", "acme", "company"), "required"),
        ('[brands.acme]\ncompany = "A"\ncolor = "#000000"', ("brands", "acme", "color"), "not permitted"),
        ('[brands.acme]\ncompany = "A"\ncolour = "red"', ("brands", "acme", "colour"), "pattern"),
        (
            '[brands.acme]\ncompany = "A"\ncolour = "#ffee00"',
            ("brands", "acme", "colour"),
            "white words on #ffee00 cannot",
        ),
        (
            '[brands.acme]\ncompany = "A"\nlogo = "/nowhere.png"',
            ("brands", "acme", "logo"),
            "/nowhere.png cannot be read",
        ),
        ('[brands.acme]\ncompany = "A"\nmail_from = "nobody"', ("brands", "acme", "mail_from"), "one mail address"),
        (
            '[brands.acme]\ncompany = "A"\nportal_url = "pay.acme.example"',
            ("brands", "acme", "portal_url"),
            "whole address",
        ),
        ('[brands."Acme Web"]\ncompany = "A"', ("brands", "Acme Web", "[key]"), "pattern"),
        ('colour = "#0f0"', ("colour",), "pattern"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    read: Callable[[str], Settings], lines: str, key: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        read(lines)
    (error,) = refused.value.errors()
    assert error["loc"] == key
    assert words in error["msg"]


@pytest.mark.parametrize(("data", "words"), [(b"<svg/>", "is no PNG"), (PNG + b"0" * MOST, "100000 at most")])
def test_a_logo_that_mails_cannot_show_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, words: str
) -> None:
    file = tmp_path / "logo"
    file.write_bytes(data)
    monkeypatch.setenv("REPRIEVE_LOGO", str(file))
    with pytest.raises(ValidationError, match=words):
        Settings()


def test_they_are_read_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {"acme": {"company": "Acme"}}
    monkeypatch.setenv("REPRIEVE_BRANDS", json.dumps(given))
    assert Settings().all_brands().of("acme").company == "Acme"
