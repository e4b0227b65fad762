"""Pay links: signed, so that nobody reaches another customer's invoice by guessing its number."""

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

from adapters.settings.settings import Settings
from adapters.settings.strength import SHORTEST


class Links:
    """Makes and checks the links of one portal; `url` is what customers' browsers reach it under.

    A link is good for its invoice and for ever: the mail that carries it may be read months later. A new secret makes
    all earlier links invalid. Raises ValueError for a secret of less than 32 characters.
    """

    def __init__(self, secret: str, url: str) -> None:
        if len(secret) < SHORTEST:
            raise ValueError(f"the secret that signs pay links needs at least {SHORTEST} characters")
        self._key = secret.encode()
        self._origin = url.rstrip("/")
        self._base = f"{self._origin}/pay"

    def at(self, url: str) -> "Links":
        """The same links under another address, as a brand has its own; an empty one changes nothing."""
        return Links(self._key.decode(), url) if url else self

    @property
    def help(self) -> str:
        """The page that explains the payment page (S3-04)."""
        return f"{self._base}/help"

    def help_in(self, language: str = "", brand: str = "") -> str:
        """The same page in a language (BCP 47) and under a brand's name; nothing there tells who reads it."""
        asked = urlencode({key: value for key, value in (("lang", language), ("brand", brand)) if value})
        return f"{self.help}?{asked}" if asked else self.help

    def pay(self, invoice: str) -> str:
        """The invoice's own page."""
        return f"{self._base}/{quote(invoice, safe='')}?s={self.signature(invoice)}"

    def back(self, invoice: str, did: str = "pay", had: int = 0) -> str:
        """Where the gateway leads the customer back to, after `did`: pay, left or method.

        `had` payments were known when the customer set out: one more has arrived since.
        """
        return f"{self._base}/{quote(invoice, safe='')}/back?s={self.signature(invoice)}&did={did}&had={had}"

    def ticket(self, key: str) -> str:
        """The page of a ticket, for who wrote the mail that opened it."""
        return f"{self._origin}/tickets/{quote(key, safe='')}?s={self._signed(f'ticket:{key}')}"

    def valid_ticket(self, key: str, signature: str) -> bool:
        """Whether the signature is the ticket's."""
        return _same(self._signed(f"ticket:{key}"), signature)

    def ahead(self, subscription: str) -> str:
        """Where a customer pays a time ahead of their own subscription at a processor."""
        return self._payments(subscription, "ahead")

    def date(self, subscription: str) -> str:
        """Where a customer ends their own subscription at a processor, for one with another date."""
        return self._payments(subscription, "date")

    def _payments(self, subscription: str, what: str) -> str:
        signed = self._signed(f"payments:{subscription}")
        return f"{self._origin}/payments/{quote(subscription, safe='')}/{what}?s={signed}"

    def valid_payments(self, subscription: str, signature: str) -> bool:
        """Whether the signature is that subscription's."""
        return _same(self._signed(f"payments:{subscription}"), signature)

    def notice(self, notice: str) -> str:
        """The archived copy of a notice, to read in a browser."""
        return f"{self._origin}/notices/{quote(notice, safe='')}?s={self._signed(f'notice:{notice}')}"

    def valid_notice(self, notice: str, signature: str) -> bool:
        """Whether the signature is the notice's."""
        return _same(self._signed(f"notice:{notice}"), signature)

    def signature(self, invoice: str) -> str:
        """What proves that the link came from us: HMAC-SHA256 over `pay:<invoice>`, in URL-safe base64."""
        return self._signed(f"pay:{invoice}")

    def valid(self, invoice: str, signature: str) -> bool:
        """Whether the signature is the invoice's; takes the same time however much of it is right."""
        return _same(self.signature(invoice), signature)

    def _signed(self, what: str) -> str:
        code = hmac.new(self._key, what.encode("utf-8", "backslashreplace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _same(ours: str, given: str) -> bool:
    return hmac.compare_digest(ours.encode(), given.encode("utf-8", "backslashreplace"))


def links_from(settings: Settings) -> Links | None:
    """The links that the settings ask for; None when there is no secret."""
    secret = settings.link_secret.get_secret_value()
    return Links(secret, settings.portal_url) if secret else None
