"""What stands in addresses and headers: signed links, tokens of sites, addresses that mail comes back to, languages."""

from contextlib import nullcontext
from datetime import UTC, datetime

from adapters.mail.envelope import Envelopes
from adapters.ring import Ring
from adapters.settings.settings import ROOT
from adapters.signed_links import Kind, Links, Term
from adapters.sites.tokens import SiteLinks
from adapters.templates.languages import Languages
from adapters.templates.locale import writing
from tests.fuzz.target import Target

_RING = Ring(("a secret of the tests, forty characters.", "another of the tests, forty characters."))
_LINKS, _SITES = Links(_RING, "https://pay.example"), SiteLinks(_RING, "https://pay.example")
_ENVELOPES = Envelopes("bounces@hosting.example", "hosting.example", _RING)
_LANGUAGES = Languages(ROOT / "notices" / "common")
_KINDS: tuple[Kind, ...] = ("pay", "ticket", "payments", "notice")
_AT = datetime(2026, 12, 6, 14, tzinfo=UTC)
_TERM = Term(_AT, datetime(2028, 1, 10, tzinfo=UTC).date())
_OURS = _LINKS.token("pay", "INV-1", _AT)
_BACK = _LINKS.back("INV-1", _TERM).partition("?s=")[2].partition("&")[0]
_SITE = _SITES.token("sandbox:u:website")
_SENDER = _ENVELOPES.sender(f"<{'a' * 32}@hosting.example>")
GIVEN_OUT = {("pay", "INV-1", _OURS), ("back:pay:0", "INV-1", _BACK), ("site", "sandbox:u:website", _SITE)}
"""All that was ever signed here: whatever else passes was forged."""


def _check(data: bytes) -> None:
    name, token, did, had = (*data.decode("latin-1").split("\n", 3), "", "", "", "")[:4]
    for kind in _KINDS:
        assert _LINKS.opened(kind, name, token) is None or (kind, name, token) in GIVEN_OUT
    number = int(had) if had.isdecimal() and had.isascii() and len(had) < 6 else 0
    opened = _LINKS.opened_back(name, token, did, number)
    assert opened is None or (f"back:{did}:{number}", name, token) in GIVEN_OUT
    assert not _SITES.valid(name, token) or ("site", name, token) in GIVEN_OUT
    assert not _ENVELOPES.message_id(token) or token.lower() == _SENDER.lower()


LINKS = Target(
    lambda: nullcontext(_check),
    (
        f"INV-1\n{_OURS}".encode(),
        f"INV-1\n{_BACK}\npay\n0".encode(),
        f"sandbox:u:website\n{_SITE}".encode(),
        f"x\n{_SENDER}".encode(),
    ),
    (
        b"INV-1",
        b"INV-2",
        b"pay",
        b"left",
        b"method",
        b"back:pay:0",
        b"20280110",
        b"99991231",
        b".",
        b"-",
        b"_",
        b"+",
        b"@",
    ),
)


def _check_language(data: bytes) -> None:
    header = data.decode("latin-1")
    known = ("", "de")
    assert _LANGUAGES.accepted(header) in known
    assert _LANGUAGES.of(header) in known
    writes = writing(header, "UTC", _LANGUAGES.of(header))
    assert len(writes.day(_AT.date())) < 100


LANGUAGES = Target(
    lambda: nullcontext(_check_language),
    (
        b"de-DE,de;q=0.9,en;q=0.8",
        b"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5",
        b"zh-Hant-TW",
        b"en_US.UTF-8",
        b"de_AT@euro",
    ),
    (b";q=", b"inf", b"nan", b"1e-999", b"de", b"en", b"-", b"_", b"@", b"*", b"x-klingon", b"../", b"root", b"/"),
)
