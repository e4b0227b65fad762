"""What customers' own sites ask for: the state that their software polls, and the page that their visitors see.

The state is for the site alone, by its token. The page is for anybody, so it says no more than that the site is
suspended and the category of the reason (S2-18): no name, no invoice, no amount, no signed link.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.signed_links import Links
from adapters.sites.tokens import SiteLinks
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.records.accounts import Account, Service
from dunning.services.hold_reasons import Category, Contacts, categories, remaining
from dunning.services.shared_users import ByUser, holds_on
from dunning.services.site_state import SiteState, SiteWords, site_state
from portal.http.errors import note
from portal.http.html import Pages
from portal.http.readers import Readers


class SiteRecords(Accounts, Holds, Protocol):
    """Whose site it is, and what holds it back."""


FRESH = 30
"""Seconds that a site may go on with what it read."""
_MINUTE = {"Cache-Control": "public, max-age=60"}
_BY_BROWSER = _MINUTE | {"Vary": "Accept-Language"}
_HEADERS = {"Cache-Control": f"private, max-age={FRESH}", "Vary": "Authorization", "X-Content-Type-Options": "nosniff"}
_BEARER = "bearer "


class Known(NamedTuple):
    """A service, the holds that restrict it, oldest first, and the accounts that name it; the last is the newest."""

    service: Service
    holds: tuple[Hold, ...]
    accounts: tuple[Account, ...]


class SitesOfUsers:
    """Finds a service and what holds it. `by_user` says which go down together with others of their panel user."""

    def __init__(self, store: SiteRecords, by_user: ByUser) -> None:
        self._store = store
        self._by_user = by_user

    async def of(self, service: str) -> Known | None:
        """As every account that names it holds it: the panel's user is the same one for all of them."""
        accounts = [await self._store.account(account) for account in await self._store.owners(service)]
        named = [(account, each) for account in accounts for each in account.services if each.id == service]
        if not named:
            return None
        its = named[-1][1]
        same = [account for account, each in named if (each.panel, each.user) == (its.panel, its.user)]
        holds = [hold for account in same for hold in await self._holding(its, account)]
        return Known(its, tuple(sorted(holds, key=lambda hold: hold.since)), tuple(same))

    async def _holding(self, service: Service, account: Account) -> tuple[Hold, ...]:
        return holds_on(service, account.services, await self._store.holds(account.id), self._by_user)


class SiteStates:
    """`GET /sites/{service}/state`: the level, what it means, and what owners and administrators are told.

    `contacts` says where to write about a hold; about one that it does not name, to the brand's own address. `clock`
    is the wall's: a pay link is of the hour, so that the answer stays the same, and is known by its ETag.
    """

    def __init__(
        self,
        keys: SiteLinks,
        links: Links,
        sites: SitesOfUsers,
        contacts: Contacts,
        readers: Readers,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._links = links
        self._sites = sites
        self._contacts = contacts
        self._readers = readers
        self._clock = clock

    def route(self) -> Route:
        """An id may hold anything, a slash too, so it is whatever stands in between."""
        return Route("/sites/{service:path}/state", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        state = await self._state(request)
        if state is None:
            return JSONResponse({"error": "no such site, or not its token"}, 404, {"Cache-Control": "no-store"})
        body = state.model_dump_json().encode()
        headers = {**_HEADERS, "ETag": _etag(body)}
        if _knows(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, "application/json")

    async def _state(self, request: Request) -> SiteState | None:
        """None for a wrong token as for an unknown service: nobody learns which services there are."""
        service: str = request.path_params["service"]
        if not self._keys.valid(service, _token(request)):
            note(request, "a site's state without its token")
            return None
        known = await self._sites.of(service)
        if known is None:
            return None
        # Of two accounts with that name (one signed up again) either may own the site: no pay link for the other one.
        reader = self._readers.of(known.accounts[-1])
        links, hour = self._links.at(reader.brand.url), self._clock().replace(minute=0, second=0, microsecond=0)
        pay = partial(links.pay, when=hour) if len(known.accounts) == 1 else _no_link
        words = SiteWords(reader.words["site"], reader.around["because"])
        return site_state(known.service.id, known.holds, pay, self._contacts, reader.brand.contact, words=words)


class SuspendedPages:
    """`GET /sites/{service}/suspended`: what visitors of a suspended site read. It needs no token.

    It is in the language of the site's owner. A site that is not suspended has the same answer as one that nobody
    knows, in that of who asks. `portal` is the address of the client
    portal, where its owner logs in; empty when there is none to name.
    """

    def __init__(self, sites: SitesOfUsers, pages: Pages, contacts: Contacts, portal: str) -> None:
        self._sites = sites
        self._pages = pages
        self._contacts = contacts
        self._portal = portal

    def route(self) -> Route:
        """As above."""
        return Route("/sites/{service:path}/suspended", self._show, methods=["GET"])

    async def _show(self, request: Request) -> Response:
        known = await self._sites.of(request.path_params["service"])
        suspending = tuple(hold for hold in (known.holds if known else ()) if hold.level.rank >= Level.SUSPENDED.rank)
        if known is None or not suspending:
            return self._pages.show("running", self._pages.readers.stranger(request), 404, _BY_BROWSER)
        reasons, reader = categories(suspending), self._pages.readers.of(known.accounts[-1])
        sources = [hold.source for hold in suspending]
        return self._pages.show(
            "suspended",
            reader,
            headers=_MINUTE,
            reasons=[reason.value for reason in reasons],
            unpaid=Category.NON_PAYMENT in reasons,
            others=remaining(sources, self._contacts, reader.brand.contact),
            portal=self._portal,
        )


def _no_link(invoice: str) -> str:
    del invoice
    return ""


def _token(request: Request) -> str:
    given = request.headers.get("authorization", "")
    if given.lower().startswith(_BEARER):
        return given[len(_BEARER) :].strip()
    return request.query_params.get("s", "")


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _knows(request: Request, etag: str) -> bool:
    """Weakly compared, as RFC 9110 (13.1.2) asks for If-None-Match: a proxy that compresses weakens what we gave."""
    given = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return etag in given or "*" in given
