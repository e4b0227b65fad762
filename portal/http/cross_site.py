"""A layer before all routes: no page of somebody else's presses a button here in a customer's browser."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.http.errors import PROGRAMS, note
from portal.http.html import Pages

_ASKS = ("GET", "HEAD", "OPTIONS")
_OURS = ("", "same-origin", "none")


class CrossSite:
    """Refuses with 403 whatever changes something and was sent by another site's page.

    Webhooks come from no browser, and Temporal's pages bring the codec's token. Browsers say themselves who sent it
    (https://www.w3.org/TR/fetch-metadata/). One that does not, and names where it comes from, has to name us. Our own
    pages give no referrer, so their forms come from `null`.
    """

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        if scope["type"] != "http" or scope["method"] in _ASKS or scope["path"].startswith(PROGRAMS):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if not _from_elsewhere(request):
            await self._app(scope, receive, send)
            return
        note(request, "sent by another site's page")
        await self._pages.sorry(request, 403)(scope, receive, send)


def _from_elsewhere(request: Request) -> bool:
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "null")
    if site:
        return site not in _OURS
    return origin != "null" and origin.partition("://")[2] != request.headers.get("host", "")
