"""Notices in the customer's language; where there are no words in it, English ones with the customer's own numbers."""

import re
import shutil
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from adapters.gateways.stripe.charges import USELESS
from adapters.gateways.stripe.results import CONFIRM, SAYS_NOTHING
from adapters.settings.settings import ROOT
from adapters.templates.languages import Languages
from adapters.templates.locale import folders
from adapters.templates.renderer import TemplateRenderer
from dunning.level import Level
from dunning.money import Money
from dunning.payments.attempts import NONE_ON_FILE
from dunning.records.accounts import Account
from dunning.records.mail import NoticeText
from dunning.services.hold_reasons import Category
from sandbox.payments.instruments.declines import CARDS
from tests.notices.test_templates import order, render
from tests.notices.written import CASES, rows

FOLDER = ROOT / "notices"
ENGLISH = sorted(path for path in FOLDER.glob("*/*.txt") if path.name not in ("layout.txt", "digest.txt"))
WORDS = tomllib.loads((FOLDER / "common" / "words.toml").read_text("utf-8"))
GERMAN = tomllib.loads((FOLDER / "common" / "de" / "words.toml").read_text("utf-8"))
TELLTALE = re.compile(
    r"\b(the|you|your|this|is|are|was|and|have|has|been|will|please|payment|invoice|due|balance|next|hello|thank|on|of)\b",
    re.IGNORECASE,
)
NAMES = re.compile(r"https?://\S+|Example Hosting|\S+@\S+")


@pytest.mark.parametrize("english", ENGLISH, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_english_template_has_a_german_one_that_names_the_same_facts(english: Path) -> None:
    german = english.parent / "de" / english.name
    assert german.is_file(), f"{english} has no German words"
    assert _facts(german) == _facts(english)


def _facts(template: Path) -> set[str]:
    """The facts that a customer must find in either language."""
    source = re.sub(r"{% set .*? %}", "", template.read_text("utf-8"), flags=re.DOTALL)
    named = ("invoice", "balance", "due", "amount", "happened_on", "detail", "when", "level", "next_action")
    return {name for name in named if re.search(rf"{{[{{%][^}}]*\b{name}\b", source)}


def test_every_german_template_has_an_english_one() -> None:
    assert {path.parent.parent / path.name for path in FOLDER.glob("*/de/*.txt")} == set(ENGLISH)


def test_german_has_every_word_and_none_of_them_is_english() -> None:
    categories = {each.value for each in Category} - {"non-payment"}
    assert GERMAN.keys() - {"because", "reasons", "details"} == WORDS.keys()
    assert GERMAN["levels"].keys() == WORDS["levels"].keys() == {level.value for level in Level}
    assert GERMAN["because"].keys() == GERMAN["reasons"].keys() == categories
    same = [key for key in WORDS if GERMAN[key] == WORDS[key]]
    assert same == []
    for key in WORDS.keys() - {"levels", "must_say"}:
        for german, english in zip(_texts(GERMAN[key]), _texts(WORDS[key]), strict=True):
            assert set(re.findall(r"{\w+}", german)) == set(re.findall(r"{\w+}", english)), key


def _texts(word: Any) -> list[str]:
    """A word, or those of a table, in the order of their keys."""
    return [word] if isinstance(word, str) else [str(word[key]) for key in sorted(word)]


@pytest.mark.parametrize("policy", [policy for policy, locale in CASES if locale == "de_DE"])
def test_no_english_word_is_left_in_a_german_notice(policy: str) -> None:
    for row in rows(policy, "de_DE"):
        for words in (row.subject, row.content.text):
            left = TELLTALE.findall(NAMES.sub("", words))
            assert left == [], f"{row.file}: {left}"
        assert '<html lang="de" dir="ltr">' in row.content.html
        assert "Your" not in NAMES.sub("", unescape(row.content.html)), row.file


def test_a_german_notice_has_a_german_subject_and_the_customer_s_way_of_writing() -> None:
    austrian = render(locale="de_AT", balance=Money.parse("EUR 1234.50"))
    assert austrian.subject == "Erste Mahnung"
    assert austrian.template.startswith("common/de/first_invoice_overdue_notice@")
    assert "€\N{NO-BREAK SPACE}1.234,50" in austrian.text
    assert "am Freitag, 11. Dezember 2026 gesperrt" in austrian.text.replace("\n", " ")


@pytest.mark.parametrize("locale", ["fr_FR", "ja_JP", "sv_SE", "he_IL", "ar_EG"])
def test_a_language_without_words_reads_all_of_it_in_english_numbers_and_dates_too(locale: str) -> None:
    notice = render(locale=locale, balance=Money.parse("EUR 1234.50"))
    assert notice.subject == "First Invoice Overdue Notice"
    assert notice == render(locale="en_US", balance=Money.parse("EUR 1234.50"))


def test_english_of_another_country_keeps_its_own_way_of_writing() -> None:
    assert "Friday, 11 December 2026" in render(locale="en_GB").text.replace("\n", " ")


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ("Your card has insufficient funds.", "Ihre Karte ist nicht ausreichend gedeckt."),
        (NONE_ON_FILE, "Es ist kein gültiges Zahlungsmittel hinterlegt."),
        ("Nobody translated this one.", "Die Zahlung wurde abgelehnt."),
    ],
)
def test_the_gateway_s_reason_is_told_in_the_language_of_the_notice(reason: str, german: str) -> None:
    failed: dict[str, Any] = {"title": "Credit Card Payment failed", "detail": reason, "amount": None}
    text = render(locale="de_DE", **failed).text.replace("\n", " ")
    assert german in text
    assert reason not in text
    assert reason in render(locale="fr_FR", **failed).text.replace("\n", " ")


def test_a_payment_s_number_is_no_reason_and_stays() -> None:
    assert "Bank 12 34" in render(locale="de_DE", title="Invoice Payment Confirmation", detail="Bank 12 34").text


def test_every_reason_that_we_or_the_stand_in_s_bank_give_has_german_words() -> None:
    """`declined` is for what nobody foresaw."""
    said = {card.message for card in CARDS} | {CONFIRM, SAYS_NOTHING, USELESS, NONE_ON_FILE}
    assert said - GERMAN["details"].keys() == set()


@pytest.mark.parametrize(
    ("language", "found"), [("", ()), ("de", ("de",)), ("zh_Hant_TW", ("zh_Hant_TW", "zh_Hant", "zh"))]
)
def test_the_folders_of_a_language(language: str, found: tuple[str, ...]) -> None:
    assert folders(language) == found


class TestOperatorsOwnLanguage:
    """Somebody adds Hebrew: one notice, some words."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for source in FOLDER.rglob("*.*"):
            copy = tmp_path / source.relative_to(FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
        return tmp_path

    def written(self, folder: Path, **changes: Any) -> NoticeText:
        renderer = TemplateRenderer(folder, "Example Hosting", "https://portal.example/pay")
        return renderer.render(order(**changes), Account(id="a", name="Ada", locale="he_IL"))

    def test_its_notices_run_from_right_to_left(self, folder: Path) -> None:
        shutil.copytree(folder / "common" / "de", folder / "common" / "he")
        (folder / "common" / "he" / "first_invoice_overdue_notice.txt").write_text("Subject: שלום\n\nשל {{ invoice }}")
        notice = self.written(folder)
        assert (notice.subject, notice.template.split("@")[0]) == ("שלום", "common/he/first_invoice_overdue_notice")
        assert '<html lang="he" dir="rtl">' in notice.html
        assert "text-align: right" in notice.html
        assert "Offener Betrag" in notice.text, "and all that is around it is in that language"

    @pytest.mark.parametrize("lacking", ["words.toml", "pages.toml", "next_step.txt", "restoration.txt"])
    def test_a_language_that_is_not_whole_is_used_for_nothing_and_says_what_it_lacks(
        self, folder: Path, lacking: str
    ) -> None:
        shutil.copytree(folder / "common" / "de", folder / "common" / "he")
        (folder / "common" / "he" / lacking).unlink()
        notice = self.written(folder)
        assert '<html lang="en" dir="ltr">' in notice.html
        assert "Offener" not in notice.text
        assert any(lacking in each for each in Languages(folder / "common").lacks("he"))

    def test_one_missing_word_is_named(self, folder: Path) -> None:
        shutil.copytree(folder / "common" / "de", folder / "common" / "he")
        words = folder / "common" / "he" / "words.toml"
        words.write_text(re.sub(r"(?m)^balance = .*$", "", words.read_text("utf-8")))
        languages = Languages(folder / "common")
        assert (languages.lacks("he"), languages.of("he_IL")) == (("words.toml: balance",), "")
        assert languages.lacks("de") == ()

    def test_other_notices_stay_english(self, folder: Path) -> None:
        assert '<html lang="en" dir="ltr">' in self.written(folder, title="Customer Invoice").html

    def test_a_policy_s_own_notice_is_not_replaced_by_plain_words_in_the_language(self, folder: Path) -> None:
        shutil.copytree(folder / "common" / "de", folder / "common" / "he")
        (folder / "common" / "he" / "any_title.txt").write_text("סתם")
        notice = self.written(folder, title="Courtesy Invoice", policy="courtesy-5-10-35")
        assert notice.template.startswith("courtesy-5-10-35/courtesy_invoice@")
        assert self.written(folder, title="Our Own").template.startswith("common/he/any_title@")

    def test_words_around_a_notice_are_part_of_its_version(self, folder: Path) -> None:
        before = self.written(folder).template
        words = folder / "common" / "words.toml"
        words.write_text(words.read_text().replace("Balance due", "Open"))
        assert self.written(folder).template != before
