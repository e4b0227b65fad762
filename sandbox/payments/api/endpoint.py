"""What every endpoint shares: API keys, idempotency, errors, request ids, `expand`."""

import base64
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control.site import cut
from sandbox.payments.api.call import Call, DroppedError
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json, nested
from sandbox.payments.api.idempotency import Answer, Keys
from sandbox.payments.api.ids import new_id
from sandbox.payments.api.params import Params

Work = Callable[[Call], Json | Awaitable[Json]]
Expand = Callable[[Json, list[Any]], Json]

API_VERSION = "2026-10-28.endive"

_KEYS = ("sk_test_", "rk_test_")
_NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
)


class Endpoints:
    """Turns endpoints into routes. `asked` is told of each idempotency key that is posted once more."""

    def __init__(self, keys: Keys, asked: Callable[[str], None], expand: Expand) -> None:
        self._keys = keys
        self._asked = asked
        self._expand = expand

    def route(self, method: str, path: str, work: Work) -> Route:
        """A route under /v1."""

        async def endpoint(request: Request) -> Response:
            return await self._answer(request, work)

        return Route(f"/v1{path}", endpoint, methods=[method])

    def nowhere(self) -> Route:
        """Every other path under /v1."""

        def work(call: Call) -> Json:
            raise StripeError(404, f"Unrecognized request URL (/v1/{call.path['path']}).")

        async def endpoint(request: Request) -> Response:
            return await self._answer(request, work)

        return Route("/v1/{path:path}", endpoint, methods=["GET", "POST", "DELETE"])

    async def _answer(self, request: Request, work: Work) -> Response:
        call = Call(new_id("req_", 14), {}, dict(request.path_params), base=str(request.base_url))
        try:
            _authenticate(request)
            call.key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            call.values = await _parameters(request)
            repeated = self._begin(call, request)
            answer = repeated or await self._work(call, work)
        except DroppedError:
            return cut(request)
        except StripeError as error:
            answer = Answer(error.status, _json(error.body(call.id)), call.id)
            repeated = None
        return cut(request) if call.lost else _response(answer, call, repeated=repeated is not None)

    def _begin(self, call: Call, request: Request) -> Answer | None:
        if not call.key:
            return None
        try:
            known = self._keys.begin(call.key, request.url.path, call.values)
        except StripeError:
            self._asked(call.key)
            raise
        if known is not None:
            self._asked(call.key)
        return known

    async def _work(self, call: Call, work: Work) -> Answer:
        """Do it, and keep the answer if that is what Stripe would do."""
        kept = False
        try:
            answer = await self._done(call, work)
            kept = True
        except StripeError as error:
            answer = Answer(error.status, _json(error.body(call.id)), call.id)
            kept = error.stored
        finally:
            if call.key and not kept:
                self._keys.free(call.key)
        if call.key and kept:
            self._keys.keep(call.key, answer)
        return answer

    async def _done(self, call: Call, work: Work) -> Answer:
        expand = Params(call.values, call.values).rows("expand")
        result = work(call)
        done = await result if inspect.isawaitable(result) else result
        return Answer(200, _json(self._expand(done, expand) if expand else done), call.id)


def _authenticate(request: Request) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = base64.b64decode(given + "==", validate=False).decode(errors="replace").partition(":")[0]
    if not given:
        raise StripeError(401, _NO_KEY)
    if not given.startswith(_KEYS) or given in _KEYS:
        hidden = given[:8] + "*" * max(0, len(given) - 12) + given[-4:]
        raise StripeError(401, f"Invalid API Key provided: {hidden}")


async def _parameters(request: Request) -> Json:
    if request.method != "POST":
        return nested(request.query_params.multi_items())
    form = await request.form()
    return nested((name, value) for name, value in form.multi_items() if isinstance(value, str))


def _response(answer: Answer, call: Call, *, repeated: bool) -> Response:
    headers = {"Request-Id": call.id, "Stripe-Version": API_VERSION, "Cache-Control": "no-cache, no-store"}
    if call.key:
        headers |= {"Idempotency-Key": call.key, "Original-Request": answer.request}
    if repeated:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, "application/json")


def _json(thing: Json) -> bytes:
    return json.dumps(thing).encode()
