"""How often somebody may press a button: of one link, and from one address.

Counted in memory, so each portal counts for itself: the limit keeps the gateway and us from work for nothing, and a row
in the store for each press would be such work.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.http.errors import PROGRAMS, HttpRefusedError, note
from portal.http.html import Pages
from portal.http.limits import Networks
from portal.http.room import client_of, is_one_of

HOUR = 3_600.0
KEYS = 10_000
"""So many are counted at once; who pressed longest ago is forgotten first, and begins anew."""
_ASKS = ("GET", "HEAD", "OPTIONS")


class Presses:
    """`most` in any hour, of each. What is refused is not counted, so it keeps nobody out for longer."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic, keys: int = KEYS) -> None:
        self._most = most
        self._clock = clock
        self._keys = keys
        self._of: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Count one; seconds until the next one counts, when this one does not. 0: it does."""
        now, its = self._clock(), self._of.setdefault(who, deque(maxlen=self._most))
        self._of.move_to_end(who)
        if len(self._of) > self._keys:
            self._of.popitem(last=False)
        if len(its) == self._most and its[0] > now - HOUR:
            return int(its[0] + HOUR - now) + 1
        its.append(now)
        return 0

    def check(self, who: str, what: str) -> None:
        """Count one. Raises HttpRefusedError 429 when it is one too many of `what`."""
        if seconds := self.wait(who):
            raise HttpRefusedError(429, "too often", note=f"too often: {what}", headers=_later(seconds))


class AddressPresses:
    """A layer before all routes. Whoever presses too often from one address is told until when; nobody else is.

    Who comes through a proxy is counted by the proxy. Webhooks, and what Temporal's pages ask, are pressed by nobody.
    """

    def __init__(self, app: ASGIApp, presses: Presses, proxies: Networks, pages: Pages) -> None:
        self._app = app
        self._presses = presses
        self._proxies = proxies
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        seconds = self._wait(scope)
        if not seconds:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        note(request, "too often: buttons from one address")
        await self._pages.sorry(request, 429, _later(seconds))(scope, receive, send)

    def _wait(self, scope: Scope) -> int:
        if scope["type"] != "http" or scope["method"] in _ASKS or scope["path"].startswith(PROGRAMS):
            return 0
        address = (scope.get("client") or ("",))[0]
        if not address or is_one_of(address, self._proxies):
            return 0
        return self._presses.wait(client_of(address))


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
