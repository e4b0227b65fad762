"""What a site has to know of its level: who sees what, what is refused, and that the way to pay is never the site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings.settings import ROOT
from adapters.templates.languages import Languages
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level
from dunning.notices.hold_notice import hold_notice
from dunning.records.accounts import Account, Service
from dunning.services.hold_reasons import Category, Contacts, HoldContact, category, remaining
from dunning.services.site_state import SiteState, SiteWords, rules, site_state
from tests.dunning.life import utc

SERVICE = Service(id="sandbox:bakery:website", account="bakery", user="bakery")
CONTACTS: Contacts = {
    "abuse": HoldContact(write_to="abuse@host.example", read="https://host.example/faq"),
    "dmca": HoldContact(write_to="legal@host.example"),
}
ENGLISH = Languages(ROOT / "notices" / "common")
WORDS = SiteWords(ENGLISH.pages("")["site"], ENGLISH.words("")["because"])
BEGAN, LATER = utc("2026-12-11 14:00"), utc("2026-12-20 09:00")


def hold(source: str, level: Level = Level.SUSPENDED) -> Hold:
    since = LATER if source in OTHER_SOURCES else BEGAN
    return Hold(account="bakery", source=source, level=level, since=since, note="seen by staff only")


def state(*holds: Hold) -> SiteState:
    return site_state(
        SERVICE.id,
        holds,
        lambda invoice: f"https://pay.example/{invoice}?s=x",
        CONTACTS,
        "us@host.example",
        words=WORDS,
    )


@pytest.mark.req("S4-05")
def test_while_nothing_holds_it_everything_works_and_nobody_is_told_anything() -> None:
    quiet = state()
    assert (quiet.level, quiet.display, quiet.login, quiet.registration) == ("active", "normal", "allowed", "allowed")
    assert (quiet.show_to, quiet.message, quiet.reasons, quiet.since) == ((), None, (), None)


@pytest.mark.req("S4-04", "S4-07")
def test_warned_is_a_message_for_owners_and_administrators_and_nothing_for_anybody_else() -> None:
    warned = state(hold("INV-1", Level.WARNED))
    assert (warned.display, warned.login, warned.registration) == ("normal", "allowed", "allowed")
    assert (warned.show_to, warned.since) == (("owners", "admins"), BEGAN)
    assert warned.message is not None
    assert "Fees for this site are due" in warned.message.text
    assert "everybody else sees the normal pages" in warned.message.text


@pytest.mark.req("S4-08", "S4-15")
def test_locked_refuses_login_and_registration_shows_the_pages_and_leaves_the_way_to_pay_open_elsewhere() -> None:
    locked = state(hold("INV-1", Level.LOCKED))
    assert (locked.display, locked.login, locked.registration) == ("normal", "refused", "refused")
    assert locked.message is not None
    assert locked.message.pay_url == "https://pay.example/INV-1?s=x"


@pytest.mark.req("S4-09", "S4-15")
@pytest.mark.parametrize("level", [Level.SUSPENDED, Level.INACTIVE])
def test_from_suspended_upwards_the_site_does_not_display_and_can_still_be_paid_for(level: Level) -> None:
    suspended = state(hold("INV-1", level))
    assert (suspended.display, suspended.login, suspended.registration) == ("suspended", "refused", "refused")
    assert suspended.message is not None
    assert suspended.message.pay_url == "https://pay.example/INV-1?s=x"
    assert ("ask our Billing department for a new one" in suspended.message.text) == (level is Level.INACTIVE)


@pytest.mark.req("S2-16", "S2-17")
def test_each_other_hold_has_its_category_and_says_where_to_write() -> None:
    both = state(hold("abuse", Level.LOCKED), hold("dmca", Level.WARNED))
    assert (both.level, both.reasons, both.since) == ("locked", ("abuse", "dmca"), LATER)
    assert both.message is not None
    assert (both.message.pay_url, both.message.write_to) == ("", ("abuse@host.example", "legal@host.example"))
    assert "a report of abuse. No payment settles that: write to abuse@host.example" in both.message.text
    assert "or read https://host.example/faq" in both.message.text
    assert "Fees" not in both.message.text


def test_what_has_no_contact_of_its_own_goes_to_us() -> None:
    said = remaining(["tos", "panel:x", "INV-1", "abuse"], CONTACTS, "us@host.example")
    assert [(each.category, each.write_to) for each in said] == [
        (Category.ABUSE, "abuse@host.example"),
        (Category.TOS, "us@host.example"),
        (Category.OTHER, "us@host.example"),
    ]


HOLDS = st.builds(hold, st.sampled_from([*OTHER_SOURCES, "INV-1", "INV-2"]), st.sampled_from(Level))


@pytest.mark.req("S4-04", "S4-09", "S4-15")
@given(st.lists(HOLDS, max_size=4, unique_by=lambda each: each.source))
def test_whatever_holds_it(holds: list[Hold]) -> None:
    said = state(*holds)
    assert rules(said.level).model_dump().items() <= said.model_dump().items()
    assert (said.message is None) == (said.show_to == ()) == (said.level is Level.ACTIVE)
    assert "seen by staff only" not in said.model_dump_json()
    if said.message:
        unpaid = any(category(each.source) is Category.NON_PAYMENT for each in holds)
        assert bool(said.message.pay_url) == (Category.NON_PAYMENT in said.reasons) == unpaid


@pytest.mark.req("S2-17")
def test_a_hold_is_told_once_for_each_level_without_the_note_of_staff() -> None:
    account = Account(id="bakery", name="Example Bakery", zone="America/New_York")
    now = utc("2026-12-21 00:00")
    notice = hold_notice(hold("abuse"), account, now)
    assert (notice.title, notice.remaining, notice.invoice) == ("Service Suspended: Abuse report", ("abuse",), "")
    assert (notice.level, notice.zone, notice.at) == (Level.SUSPENDED, "America/New_York", now)
    assert hold_notice(hold("abuse"), account, utc("2026-12-22 00:00")).key == notice.key
    assert "seen by staff only" not in notice.model_dump_json()
    others = [hold_notice(hold(source, level), account, now) for source, level in (
        ("abuse", Level.WARNED), ("abuse", Level.LOCKED), ("dmca", Level.SUSPENDED), ("manual", Level.SUSPENDED),
    )]  # fmt: skip
    assert [each.title for each in others] == [
        "Service Warning: Abuse report",
        "Service Locked: Abuse report",
        "Service Suspended: Copyright notice (DMCA)",
        "Service Suspended: Other reason",
    ]
    assert len({each.key for each in (notice, *others)}) == 5
