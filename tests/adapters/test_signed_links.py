"""Pay links: good for one invoice, and for nobody who guesses."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ring import Ring
from adapters.settings.settings import ROOT, Settings
from adapters.signed_links import Kind, Links, Term, links_from
from adapters.templates.renderer import TemplateRenderer
from dunning.money import Money
from dunning.records.accounts import Account
from tests.notices.orders import notice_order

SECRET, OLD = "x" * 32, "o" * 32
NOW = datetime(2026, 12, 6, 14, tzinfo=UTC)
URL = "https://host.example/billing/"
LINKS = Links(Ring((SECRET,)), URL)
TOKEN = LINKS.token("pay", "INV-1042", NOW)


def term(given: datetime = NOW, ends: date = date(2028, 1, 10)) -> Term:
    return Term(given, ends)


def test_the_link_names_the_invoice_and_carries_its_signature_and_its_last_day() -> None:
    link = urlsplit(LINKS.pay("INV-1042", NOW))
    assert (link.scheme, link.netloc, link.path) == ("https", "host.example", "/billing/pay/INV-1042")
    assert LINKS.opened("pay", "INV-1042", parse_qs(link.query)["s"][0]) == term()


def test_the_link_is_the_same_in_every_mail_of_that_moment_and_is_signed_as_the_docs_say() -> None:
    assert LINKS.pay("INV-1", NOW) == Links(Ring((SECRET,)), "https://host.example/billing").pay("INV-1", NOW)
    # printf 'e=20280110 i=1796565600 pay:INV-1042' | openssl dgst -sha256 -hmac xxxx... -binary | base64 | tr '+/' '-_'
    assert TOKEN == "20280110.1796565600.9REbC4Pdf9HhbviAwacHel_AZhYWKGQ_HraYGgPOVV4"


def test_the_ways_back_and_to_the_help() -> None:
    link = LINKS.back("A", term(), "method", 2)
    token = parse_qs(urlsplit(link).query)["s"][0]
    assert link == f"https://host.example/billing/pay/A/back?s={token}&did=method&had=2"
    assert LINKS.opened_back("A", token, "method", 2) == term()
    assert LINKS.help == "https://host.example/billing/pay/help"


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "\xe9", "\ud800", f"{TOKEN}=", f" {TOKEN}", f"{TOKEN}\n", "0" * 9999, TOKEN.rpartition(".")[2],
        TOKEN.replace("20280110", "20290110"), TOKEN.replace("1796565600", "1796565601"),
        TOKEN.replace("20280110", "\u0662\u0660280110"), TOKEN.replace("1796565600", "01796565600"),
        TOKEN.replace("20280110", "99999999"), f"..{TOKEN}",
    ],
)  # fmt: skip
def test_whoever_changes_anything_of_a_link_has_none(token: str) -> None:
    assert LINKS.opened("pay", "INV-1042", token) is None


@given(st.text(), st.text())
def test_a_link_is_good_for_its_invoice_only(one: str, other: str) -> None:
    token = LINKS.token("pay", one, NOW)
    assert LINKS.opened("pay", one, token) == term()
    assert (LINKS.opened("pay", other, token) is not None) == (one == other)
    assert Links(Ring(("y" * 32,)), URL).opened("pay", one, token) is None


@given(st.text(max_size=20), st.sampled_from(["pay", "left", "method"]), st.integers(0, 99), st.text(max_size=20))
def test_no_kind_of_link_is_good_for_another(name: str, did: str, had: int, other: str) -> None:
    back = parse_qs(urlsplit(LINKS.back(name, term(), did, had)).query)["s"][0]
    given: list[tuple[Kind, str]] = [("pay", name), ("ticket", name), ("payments", name), ("notice", name)]
    for kind, _ in given:
        token = LINKS.token(kind, name, NOW)
        assert [each for each, _ in given if LINKS.opened(each, name, token)] == [kind]
        assert LINKS.opened_back(name, token, did, had) is None
        assert LINKS.opened(kind, other, back) is None
    assert LINKS.opened_back(name, back, did, had + 1) is None
    assert LINKS.opened_back(f"{had}:{name}", back, did, 0) is None


@pytest.mark.parametrize("did", ["", "pay:0", "elsewhere"])
def test_a_way_back_is_one_of_ours(did: str) -> None:
    token = parse_qs(urlsplit(LINKS.back("A", term(), did)).query)["s"][0]
    assert LINKS.opened_back("A", token, did, 0) is None


def test_the_newest_secret_signs_all_are_believed_and_one_that_was_taken_out_is_not() -> None:
    old, both, new = Links(Ring((OLD,)), URL), Links(Ring((SECRET, OLD)), URL), Links(Ring((SECRET,)), URL)
    earlier = old.token("pay", "A", NOW)
    assert both.token("pay", "A", NOW) == new.token("pay", "A", NOW) != earlier
    opened = both.opened("pay", "A", earlier)
    assert opened
    assert opened == term()._replace(by=1)
    assert new.opened("pay", "A", earlier) is None
    for link in (both.pay("B", opened), both.back("A", opened)):
        token = parse_qs(urlsplit(link).query)["s"][0]
        assert not any((new.opened("pay", "B", token), new.opened_back("A", token, "pay", 0))), (
            "what an old link leads to is over with its secret, too"
        )


def test_a_link_lasts_until_the_end_of_its_last_day() -> None:
    links = Links(Ring((SECRET,)), URL, days=30)
    opened = links.opened("pay", "A", links.token("pay", "A", NOW))
    assert opened
    assert opened == term(ends=date(2027, 1, 5))
    last = datetime(2027, 1, 5, 23, 59, 59, tzinfo=UTC)
    assert (opened.lasts(last), opened.lasts(last + timedelta(seconds=1))) == (True, False)
    assert opened.lasts(NOW - timedelta(days=3)), "a clock that is behind takes no link for one of tomorrow"


def test_what_a_page_links_to_is_as_good_as_the_link_that_opened_it() -> None:
    first = term()
    other = LINKS.opened("pay", "B", LINKS.token("pay", "B", first))
    assert other == first


def test_a_way_back_stays_the_same_for_a_month_and_is_over_with_the_next() -> None:
    december, january = [term().for_a_way_back(datetime(2026, 12, day, tzinfo=UTC), None) for day in (1, 31)]
    assert december == january == term(datetime(2026, 12, 1, tzinfo=UTC), date(2027, 1, 31))
    assert term().for_a_way_back(NOW, NOW) == term(NOW, date(2027, 1, 31)), "it is given out after what was ended"
    short = term(ends=date(2026, 12, 20))
    assert short.for_a_way_back(NOW, None).ends == date(2026, 12, 21), "it is not better than its own link"


def test_an_invoice_number_cannot_leave_its_link() -> None:
    assert urlsplit(LINKS.pay('../"x?y#z', NOW)).path == "/billing/pay/..%2F%22x%3Fy%23z"


@pytest.mark.parametrize("secrets", [(), ("x" * 31,), (SECRET, "x" * 31), (SECRET, "")])
def test_a_ring_without_a_secret_or_with_one_that_could_be_guessed_is_refused(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Ring(secrets)


@pytest.mark.parametrize(("secrets", "on"), [((), False), (("a secret of at least 32 characters",), True)])
def test_the_settings_choose(secrets: tuple[str, ...], on: bool) -> None:
    given: Any = {"link_secrets": secrets, "portal_url": "https://host.example", "link_days": 7}
    links = links_from(Settings(**given))
    assert (links is not None) == on
    if links:
        assert links.help == "https://host.example/pay/help"
        opened = links.opened("pay", "A", links.token("pay", "A", NOW))
        assert opened == term(ends=date(2026, 12, 13))


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
        assert LINKS.pay("INV-1042", NOW) in body
        assert LINKS.help in body
        assert "else.example" not in body
    facts = renderer.facts(order, Account(id="a", name="Ada"))
    assert facts["next_step"] in " ".join(notice.text.split())
