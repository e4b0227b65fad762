"""The codec endpoint: Temporal's pages and its `temporal` program show in clear what is encrypted there.

By https://docs.temporal.io/codec-server: `POST .../decode` with Payloads as JSON. Whoever has the token reads what
customers owe, so it is for staff alone.
"""

import hmac

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads
from temporalio.converter import PayloadCodec

from portal.http.body import body_of
from portal.http.errors import CODEC, note
from portal.inbox.key_uses import KeyUses

_ALLOWED = "Authorization, Content-Type, X-Namespace"


class CodecEndpoint:
    """`token`: who brings it is staff. `origin`: that of Temporal's pages, whose scripts may call; empty: none may.

    `uses` writes to the audit log who opened it. A body of more than `largest` bytes is refused.
    """

    def __init__(self, codec: PayloadCodec, token: str, origin: str, largest: int, uses: KeyUses) -> None:
        self._codec = codec
        self._uses = uses
        self._token = token
        self._origin = origin
        self._largest = largest

    def route(self) -> Route:
        """Where it is reached."""
        return Route(f"{CODEC}decode", self.decode, methods=["POST", "OPTIONS"])

    async def decode(self, request: Request) -> Response:
        """401 without the token, 400 for what is no list of payloads, or was encrypted under no key of ours."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=self._cors())
        if not self._is_staff(request):
            note(request, "no token of the codec's")
            await self._uses.refused()
            return JSONResponse({"error": "send Authorization: Bearer <REPRIEVE_CODEC_TOKEN>"}, 401, self._cors())
        try:
            asked = Parse(await body_of(request, self._largest), Payloads())
            clear = Payloads(payloads=await self._codec.decode(list(asked.payloads)))
        except (ParseError, ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400, self._cors())
        await self._uses.accepted(1)
        return JSONResponse(MessageToDict(clear), headers={**self._cors(), "Cache-Control": "no-store"})

    def _is_staff(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(f"Bearer {self._token}".encode(), given.encode("utf-8", "backslashreplace"))

    def _cors(self) -> dict[str, str]:
        if not self._origin:
            return {}
        return {
            "Access-Control-Allow-Origin": self._origin,
            "Access-Control-Allow-Headers": _ALLOWED,
            "Access-Control-Allow-Methods": "POST",
            "Vary": "Origin",
        }
