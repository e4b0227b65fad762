"""Why a request is not taken: one exception, one answer, one line in the log."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.http.html import Pages
from portal.http.readers import AWAY

OUTAGES = AWAY
"""What is over by itself. Any other error is a fault of ours or of the message."""
WEBHOOKS = "/webhooks/"
CODEC = "/codec/"
PROGRAMS = (WEBHOOKS, CODEC)
"""How the paths begin at which programs speak JSON, and no customer's browser does anything."""
SOON = {"Retry-After": "60"}
"""For what is over by itself: the store is away, Temporal restarts."""


class HttpRefusedError(HTTPException):
    """The answer's status and words. `note` goes to the log instead of the words, for the operator.

    `errors` say which key of a message is wrong, and why.
    """

    def __init__(
        self,
        status: int,
        words: str,
        *,
        note: str = "",
        headers: Mapping[str, str] | None = None,
        errors: tuple[dict[str, str], ...] = (),
    ) -> None:
        super().__init__(status, words, headers)
        self.note = note or words
        self.errors = errors


class LinkEndedError(HttpRefusedError):
    """A link of ours that is over, or was ended.

    `fresh` is where a new one is asked for, with `token`; empty: nowhere.
    """

    def __init__(self, note: str, *, fresh: str = "", token: str = "") -> None:
        super().__init__(410, "this link is over", note=note)
        self.fresh = fresh
        self.token = token


def note(request: Request, words: str) -> None:
    """Say in the request's line of the log what was odd about it. Never a secret, a body or personal data."""
    request.state.note = words


class Refusals:
    """Answers what was refused: JSON for programs, a page for people; neither shows what is inside."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def refused(self, request: Request, error: Exception) -> Response:
        """For HttpRefusedError, and for Starlette's own 404 and 405."""
        assert isinstance(error, HTTPException)
        note(request, error.note if isinstance(error, HttpRefusedError) else error.detail)
        if isinstance(error, LinkEndedError):
            return self._pages.ended(request, error.fresh, error.token)
        if not request.url.path.startswith(PROGRAMS):
            return self._pages.sorry(request, error.status_code, error.headers)
        body: dict[str, object] = {"error": error.detail}
        if isinstance(error, HttpRefusedError) and error.errors:
            body["errors"] = error.errors
        return JSONResponse(body, error.status_code, error.headers)

    async def away(self, request: Request, error: Exception) -> Response:
        """For Temporal, gateway or store that cannot be reached: the same request may work in a minute."""
        note(request, f"away: {type(error).__name__}")
        if request.url.path.startswith(PROGRAMS):
            return JSONResponse({"error": "not now; send it again"}, 503, SOON)
        return self._pages.sorry(request, 503, SOON)

    async def failed(self, request: Request, error: Exception) -> Response:
        """For every other exception; the log has it."""
        del error
        if request.url.path.startswith(PROGRAMS):
            return JSONResponse({"error": "a fault on our side"}, 500)
        return self._pages.sorry(request, 500)
