"""One line in the log for each request: no query string (signatures are in it), no address, no body."""

import time
import traceback

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BAD, _BROKEN = 400, 500
_PATH, _FRAMES = 200, 5
_ASKED_EVERY_SECOND = "/ready"
log = structlog.stdlib.get_logger("reprieve.portal")


class AccessLog:
    """Wraps the application. What it raises ends here, after its 500 was sent: uvicorn would log messages and all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - whatever it is, its message may hold what a customer wrote
            log.error("request failed", error=type(error).__name__, where=_where(error))  # noqa: TRY400
        finally:
            _note(scope, status, time.perf_counter() - began)


def _note(scope: Scope, status: int, seconds: float) -> None:
    said = scope.get("state", {}).get("note", "")
    path = scope["path"][:_PATH]
    usual = log.debug if path == _ASKED_EVERY_SECOND else log.info
    write = usual if 0 < status < _BAD else log.error if status >= _BROKEN else log.warning
    words = {"note": said} if said else {}
    write("request", method=scope["method"], path=path, status=status, ms=round(seconds * 1000, 1), **words)


def _where(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
