"""`GET /tickets/{key}`: what became of a mail to an address that nobody reads, behind a signed link (S1-20, S1-22)."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dunning.ports.accounts import Accounts
from dunning.ports.notices import Notices
from dunning.ports.tickets import Tickets
from portal.http.errors import HttpRefusedError
from portal.http.html import Pages
from portal.http.readers import Reader
from portal.pages.link_check import LinkCheck


class TicketPageRecords(Accounts, Notices, Tickets, Protocol):
    """A ticket, the notice that it is about, and whose it is."""


class TicketPage:
    """Shows the ticket's number and the notice that it quotes, as the customer saw it; nothing that staff wrote."""

    def __init__(self, check: LinkCheck, store: TicketPageRecords, pages: Pages) -> None:
        self._check = check
        self._store = store
        self._pages = pages

    def route(self) -> Route:
        """A key may hold anything that an invoice's number and a step may."""
        return Route("/tickets/{key:path}", self._show, methods=["GET"])

    async def _show(self, request: Request) -> Response:
        key: str = request.path_params["key"]
        term = self._check.ours("ticket", key, request.query_params.get("s", ""))
        ticket = await self._store.ticket(key)
        if ticket is None:
            raise HttpRefusedError(404, "no such page")
        reader, zone = await self._reader(ticket.account, request)
        await self._check.good(term, ticket.invoice)
        notice = await self._store.notice(ticket.notice) if ticket.notice else None
        return self._pages.show("ticket", reader, ticket=ticket, notice=notice, writes=reader.writes(zone))

    async def _reader(self, account: str, request: Request) -> tuple[Reader, str]:
        try:
            known = await self._store.account(account)
        except LookupError:  # of somebody whose account is not clear
            return self._pages.readers.stranger(request), ""
        return self._pages.readers.of(known, request), known.zone
