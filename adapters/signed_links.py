"""Pay links: signed, so that nobody reaches another customer's invoice by guessing its number, and good for a time.

What proves a link is `s=<its last day>.<when it was given out>.<HMAC-SHA256>`: both times are signed with what it leads
to. When it was given out tells whether it was ended since (`starter.py link --revoke`).
"""

import base64
import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple, Self
from urllib.parse import quote, urlencode

from adapters.ring import Ring, same
from adapters.settings.settings import Settings

Kind = Literal["pay", "ticket", "payments", "notice"]
"""What a link leads to. A way back from the gateway has a proof of its own."""
WAYS = ("pay", "left", "method")
"""What a customer did who comes back from the gateway."""
_TOKEN = re.compile(r"([0-9]{8})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")
_A_MONTH = 32
"""Days after the first of a month that lie in the next one."""


class Term(NamedTuple):
    """When a link was given out, its last day (UTC), and which secret of the ring signed it: 0 is the newest.

    A page that makes links of its own makes them of the term of the link that it was opened with: so none is better
    than that one.
    """

    given: datetime
    ends: date
    by: int = 0

    def lasts(self, now: datetime) -> bool:
        """Whether it is not over."""
        return now.astimezone(UTC).date() <= self.ends

    def for_a_way_back(self, now: datetime, since: datetime | None) -> "Term":
        """That of the way back from the gateway: the same for a calendar month (UTC), over with the next one.

        The gateway's page is the same as long as what it is asked for is, the way back included. Nobody is late who
        sets out on a link's last day. `since`: links that were given out before are ended.
        """
        first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        last = (_next_month(_next_month(first)) - timedelta(days=1)).date()
        return Term(max(first, since or first), min(last, self.ends + timedelta(days=1)), self.by)


When = datetime | Term
"""A link given out at that instant, or one that is as good as another."""


class Links:
    """Makes and checks the links of one portal; `url` is what customers' browsers reach it under.

    A link is good for what it names and `days` long: the mail that carries it may be read months later.
    """

    def __init__(self, ring: Ring, url: str, days: int = 400) -> None:
        self._ring = ring
        self._days = days
        self._origin = url.rstrip("/")
        self._base = f"{self._origin}/pay"

    def at(self, url: str) -> Self:
        """The same links under another address, as a brand has its own; an empty one changes nothing."""
        return type(self)(self._ring, url, self._days) if url else self

    @property
    def help(self) -> str:
        """The page that explains the payment page (S3-04)."""
        return f"{self._base}/help"

    def help_in(self, language: str = "", brand: str = "") -> str:
        """The same page in a language (BCP 47) and under a brand's name; nothing there tells who reads it."""
        asked = urlencode({key: value for key, value in (("lang", language), ("brand", brand)) if value})
        return f"{self.help}?{asked}" if asked else self.help

    def pay(self, invoice: str, when: When) -> str:
        """The invoice's own page."""
        return f"{self._base}/{quote(invoice, safe='')}?s={self.token('pay', invoice, when)}"

    def back(self, invoice: str, term: Term, did: str = "pay", had: int = 0) -> str:
        """Where the gateway leads the customer back to, after `did`: pay, left or method.

        `had` payments were known when the customer set out: one more has arrived since. Both are signed, too.
        """
        token = self._made(_back(invoice, did, had), term)
        return f"{self._base}/{quote(invoice, safe='')}/back?s={token}&did={did}&had={had}"

    def ticket(self, key: str, when: When) -> str:
        """The page of a ticket, for who wrote the mail that opened it."""
        return f"{self._origin}/tickets/{quote(key, safe='')}?s={self.token('ticket', key, when)}"

    def ahead(self, subscription: str, when: When) -> str:
        """Where a customer pays a time ahead of their own subscription at a processor."""
        return self._payments(subscription, "ahead", when)

    def date(self, subscription: str, when: When) -> str:
        """Where a customer ends their own subscription at a processor, for one with another date."""
        return self._payments(subscription, "date", when)

    def _payments(self, subscription: str, what: str, when: When) -> str:
        token = self.token("payments", subscription, when)
        return f"{self._origin}/payments/{quote(subscription, safe='')}/{what}?s={token}"

    def notice(self, notice: str, when: When) -> str:
        """The archived copy of a notice, to read in a browser."""
        return f"{self._origin}/notices/{quote(notice, safe='')}?s={self.token('notice', notice, when)}"

    def token(self, kind: Kind, name: str, when: When) -> str:
        """What proves that the link came from us."""
        return self._made(f"{kind}:{name}", when)

    def opened(self, kind: Kind, name: str, token: str) -> Term | None:
        """The term of a link that came from us, whether it lasts or not; None for any other."""
        return self._read(f"{kind}:{name}", token)

    def opened_back(self, invoice: str, token: str, did: str, had: int) -> Term | None:
        """The same of a way back."""
        return self._read(_back(invoice, did, had), token) if did in WAYS else None

    def _made(self, what: str, when: When) -> str:
        term = when if isinstance(when, Term) else Term(when, _day_after(when, self._days))
        ends, given = f"{term.ends:%Y%m%d}", str(int(term.given.timestamp()))
        return f"{ends}.{given}.{_text(self._ring.code(_signed(ends, given, what), term.by))}"

    def _read(self, what: str, token: str) -> Term | None:
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        ends, given, code = found.groups()
        ours = [same(_text(each), code) for each in self._ring.codes(_signed(ends, given, what))]
        if not any(ours):
            return None
        last = datetime.strptime(ends, "%Y%m%d").replace(tzinfo=UTC).date()
        return Term(datetime.fromtimestamp(int(given), UTC), last, ours.index(True))


def _signed(ends: str, given: str, what: str) -> str:
    """Times first, and of digits only: whatever a name is, no two links are signed over the same text."""
    return f"e={ends} i={given} {what}"


def _back(invoice: str, did: str, had: int) -> str:
    return f"back:{did}:{had}:{invoice}"


def _text(code: bytes) -> str:
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _day_after(when: datetime, days: int) -> date:
    return (when.astimezone(UTC) + timedelta(days=days)).date()


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=_A_MONTH)).replace(day=1)


def links_from(settings: Settings) -> Links | None:
    """The links that the settings ask for; None when there is no secret."""
    secrets = settings.signing_secrets
    return Links(Ring(secrets), settings.portal_url, settings.link_days) if secrets else None
