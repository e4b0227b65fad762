"""The layer before all routes: in a maintenance window customers can do nothing here, and are told until when."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dunning.records.accounts import Account
from dunning.windows.window import Window
from portal.http.errors import PROGRAMS, note
from portal.http.html import Pages
from portal.http.readers import AWAY

OPEN = (*PROGRAMS, "/ready", "/sites/")
"""How the paths begin that are for programs, or for visitors of customers' sites: nobody does anything there."""
CurrentWindow = Callable[[], Awaitable[Window | None]]
WhoseLink = Callable[[Request], Awaitable[Account | None]]
"""The account of the link that somebody opens, as far as the link says it."""


class Maintenance:
    """Refuses every path that is not OPEN, whatever it is, with 503, Retry-After and a page that names the end.

    So pages that come later cannot forget it. `current` is the window that is now; a store that cannot tell it stops
    nobody here, for the page itself needs the store. `whose` tells who reads: then in their language, on their clock.
    """

    def __init__(
        self, app: ASGIApp, current: CurrentWindow, whose: WhoseLink, pages: Pages, clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._current = current
        self._whose = whose
        self._pages = pages
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        window = None
        if scope["type"] == "http" and not scope["path"].startswith(OPEN):
            window = await self._now()
        if window is None:
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(Request(scope, receive), window)
        await refusal(scope, receive, send)

    async def _now(self) -> Window | None:
        try:
            return await self._current()
        except AWAY:
            return None

    async def _account(self, request: Request) -> Account | None:
        try:
            return await self._whose(request)
        except AWAY:
            return None

    async def _refusal(self, request: Request, window: Window) -> Response:
        note(request, f"maintenance window {window.id}")
        account = await self._account(request)
        reader = self._pages.readers.of(account) if account else self._pages.readers.stranger(request)
        seconds = max(1, int((window.until - self._clock()).total_seconds()))
        zones = [account.zone] if account and account.zone else dict.fromkeys((window.zone, "UTC"))
        until = [reader.writes(zone).moment(window.until) for zone in zones]
        headers = {"Retry-After": str(seconds)}
        return self._pages.show("maintenance", reader, 503, headers, until=until, reason=window.reason)
