"""The application: its routes, and what is answered when none of them can."""

from collections.abc import Callable, Iterable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp

from portal.http.access_log import AccessLog
from portal.http.cross_site import CrossSite
from portal.http.errors import OUTAGES, Refusals
from portal.http.html import Pages
from portal.http.limits import Networks
from portal.http.maintenance import CurrentWindow, Maintenance, WhoseLink
from portal.http.presses import AddressPresses, Presses
from portal.http.safe_headers import SafeHeaders


def application(
    routes: Iterable[Route],
    pages: Pages,
    window: CurrentWindow,
    whose: WhoseLink,
    clock: Callable[[], datetime],
    *,
    https: bool,
    presses: Presses,
    proxies: Networks,
) -> ASGIApp:
    """All routes behind one log, and closed while a maintenance window is there.

    `window` tells which, and `whose` link it is that somebody opens then. `https`: customers reach it so. `presses` are
    those of each address; for `proxies`, which bring many clients, that limit does not hold.
    """
    refusals = Refusals(pages)
    app = Starlette(
        routes=list(routes),
        exception_handlers={
            HTTPException: refusals.refused,
            **dict.fromkeys(OUTAGES, refusals.away),
            Exception: refusals.failed,
        },
    )
    # A redirect to the path with a slash less would be made of the Host header, and that is the caller's.
    app.router.redirect_slashes = False
    limited = AddressPresses(Maintenance(app, window, whose, pages, clock), presses, proxies, pages)
    return AccessLog(SafeHeaders(CrossSite(limited, pages), https=https))
