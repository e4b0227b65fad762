"""Who reads a page: in which language, under which brand's name, and how amounts and dates are written for them.

Where the account is known it says so. Who comes without one (a link that leads nowhere, the help) reads what their
browser asks for, under the brand whose address they came to.
"""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from adapters.settings.brands import Brand, Brands
from adapters.templates.languages import Languages
from adapters.templates.locale import LocaleFormat, direction, tag, writing
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account

_UTC = "UTC"
AWAY = (OutageError, OSError)
"""Temporal, the gateway or the store cannot be reached or is busy; a time-out is an OSError, too."""


@dataclass(frozen=True)
class Reader:
    """`language` is a folder's name, empty is English. `locale` is the customer's, and may be of another language.

    `words` are those of the pages, `around` those around notices.
    """

    language: str
    locale: str
    brand: Brand
    words: dict[str, Any] = field(repr=False)
    around: dict[str, Any] = field(repr=False)

    def writes(self, zone: str = "") -> LocaleFormat:
        """How amounts and dates are written, in that zone (UTC)."""
        return writing(self.locale, zone or _UTC, self.language)

    @property
    def terms(self) -> str:
        """What a customer agrees to before a payment method is kept (S3-07)."""
        return self.words["terms"].format(company=self.brand.company, contact=self.brand.contact)

    def page(self) -> dict[str, Any]:
        """What every template may name."""
        language = tag(self.language)
        return {
            "brand": self.brand,
            "w": self.words,
            "levels": self.around["levels"],
            "because": self.around["because"],
            "lang": language,
            "dir": direction(self.language),
            "mail": _mail,
            "link": _link,
        }


class Readers:
    """Makes them, from the languages that we have whole and the brands of the settings."""

    def __init__(self, languages: Languages, brands: Brands) -> None:
        self.languages = languages
        self.brands = brands
        self._reader = cache(self._made)

    def of(self, account: Account, request: Request | None = None) -> Reader:
        """The account's. Whatever goes wrong with the request from now on is told to this reader."""
        reader = self._reader(self.languages.of(account.locale), account.locale, account.brand)
        if request is not None:
            request.state.reader = reader
        return reader

    async def before(self, request: Request, account: Awaitable[Account | None]) -> None:
        """Know the reader before anything else is asked, so that an outage is told in the customer's language, too."""
        with suppress(*AWAY):
            if found := await account:
                self.of(found, request)

    def stranger(self, request: Request) -> Reader:
        """Whoever it is: as `of` found for the request, or as the address or the browser asks."""
        if found := getattr(request.state, "reader", None):
            return found
        asked = request.query_params.get("lang") or request.headers.get("accept-language", "")
        language = self.languages.accepted(asked)
        name = request.query_params.get("brand", "")
        brand = self.brands.of(name) if self.brands.known(name) else self.brands.at(request.headers.get("host", ""))
        return self._reader(language, language, brand.name)

    def _made(self, language: str, locale: str, brand: str) -> Reader:
        words = self.languages.pages(language), self.languages.words(language)
        return Reader(language, locale, self.brands.of(brand), *words)


def _mail(address: str) -> Markup:
    return Markup('<a href="mailto:{0}">{0}</a>').format(address)


def _link(address: str, words: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, words)
