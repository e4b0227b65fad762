"""What every answer says, whoever made it: no browser guesses its kind, loads anything for it, or asks without TLS."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_YEAR = 31_536_000
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
}


class SafeHeaders:
    """Adds what an answer does not say itself. `https`: customers reach us so, and browsers remember it (RFC 6797)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._added = _ALWAYS | ({"Strict-Transport-Security": f"max-age={_YEAR}"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending)
