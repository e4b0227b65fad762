"""PayPal at a loopback address: token, subscriptions, sales, certificates, webhooks, and a control interface.

Scripts, by a subscription's id (or `token`): `500`, `429`, `page` (HTML with status 200), `slow:<seconds>`, `hold`,
`cut`; for the webhook of its next payment: `lost`, `doubled`.
"""

import asyncio
import base64
import secrets
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from sandbox.control.routes import company, get, post
from sandbox.control.scripts import Scripts
from sandbox.control.site import cut
from sandbox.paypal import shapes
from sandbox.paypal.books import PayPalBooks, Sale, Subscription
from sandbox.paypal.certificates import Authority
from sandbox.paypal.webhooks import CERTIFICATE, Receiver, Webhooks

CLIENT, SECRET = "sandbox-client", "sandbox-secret"
_CALLS = frozenset({"ok", "500", "429", "page", "slow", "cut"})
_HOOKS = frozenset({"ok", "lost", "doubled"})
_ENDS = {"suspend": "SUSPENDED", "cancel": "CANCELLED", "activate": "ACTIVE"}
_MAY = {"suspend": ("ACTIVE",), "cancel": ("ACTIVE", "SUSPENDED"), "activate": ("SUSPENDED",)}
_AHEAD = timedelta(days=2)


class Event(BaseModel):
    """An event that is sent again, by its payment's id."""

    sale: str


class PayPalStandIn:
    """State and rules; `app` is its web site."""

    def __init__(self) -> None:
        self.scripts = Scripts(_CALLS | _HOOKS)
        self.books = PayPalBooks()
        self._authority = Authority()
        self._hooks = Webhooks(self.books, self._authority)
        self._tokens: set[str] = set()

    def app(self) -> Starlette:
        """The API and the control interface."""
        billing = "/v1/billing/subscriptions/{id}"
        routes = [
            post("/v1/oauth2/token", self._token),
            get(billing, self._subscription),
            get(f"{billing}/transactions", self._transactions),
            post(f"{billing}/{{how}}", self._change),
            get("/v1/payments/sale/{id}", self._sale),
            get(CERTIFICATE, self._certificate),
            post("/control/subscription", self._put),
            post("/control/sale", self._sell),
            post("/control/again", self._again),
            post("/control/webhook", self._webhook),
            post("/control/revoke", self._revoke),
            get("/control/authority", self._root),
        ]
        return company(self.scripts, self.books, routes)

    async def close(self) -> None:
        """Drop what is on its way."""
        await self._hooks.close()

    async def _token(self, request: Request) -> Response:
        self.books.asked.append("POST /v1/oauth2/token")
        if failed := await self._scripted("token", request):
            return failed
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = (await request.body()).decode()
        if request.headers.get("authorization") != wanted or form != "grant_type=client_credentials":
            return JSONResponse({"error": "invalid_client", "error_description": "about the client"}, 401)
        token = secrets.token_hex(16)
        self._tokens.add(token)
        self.books.tokens += 1
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 32_400})

    async def _refusal(self, request: Request, who: str) -> Response | None:
        """Who calls has a token, and no script says otherwise."""
        self.books.asked.append(f"{request.method} {request.url.path}")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return JSONResponse({"error": "invalid_token", "error_description": "about the token"}, 401)
        return await self._scripted(who, request)

    async def _scripted(self, who: str, request: Request) -> Response | None:
        how = self.scripts.take(who, _CALLS)
        if how.hold_before:
            await self.scripts.hold(who, request.url.path)
        if how.word == "slow":
            await asyncio.sleep(float(how.argument or 1))
        if how.word == "cut":
            return cut(request)
        if how.word == "page":
            return HTMLResponse("<html><body>Sorry</body></html>")
        if how.word in ("500", "429"):
            return JSONResponse(shapes.failure("INTERNAL_SERVICE_ERROR"), int(how.word))
        return None

    async def _subscription(self, request: Request) -> Response:
        name = request.path_params["id"]
        if failed := await self._refusal(request, name):
            return failed
        found = self.books.subscriptions.get(name)
        if found is None:
            return _missing()
        return JSONResponse(shapes.subscription(found, request.query_params.get("fields", "")))

    async def _transactions(self, request: Request) -> Response:
        name, asked = request.path_params["id"], request.query_params
        if failed := await self._refusal(request, name):
            return failed
        if name not in self.books.subscriptions:
            return _missing()
        since, until = (datetime.fromisoformat(asked[each]) for each in ("start_time", "end_time"))
        # A case of a test may live months ahead of the real clock: whoever asks until now means all that there is.
        now = datetime.now(UTC)  # noqa: TID251 - the company's clock is a real one
        found = self.books.of(name, since, until if until < now - _AHEAD else None)
        return JSONResponse({"transactions": [shapes.transaction(each) for each in found], "links": []})

    async def _change(self, request: Request) -> Response:
        name, how = request.path_params["id"], request.path_params["how"]
        if failed := await self._refusal(request, name):
            return failed
        found = self.books.subscriptions.get(name)
        if found is None or how not in _ENDS:
            return _missing()
        if found.status not in _MAY[how]:
            return JSONResponse(shapes.failure("UNPROCESSABLE_ENTITY", "SUBSCRIPTION_STATUS_INVALID"), 422)
        change = {"status": _ENDS[how], "reason": (await request.json())["reason"], "next_charge": None}
        self.books.subscriptions[name] = found.model_copy(update=change)
        return Response(status_code=204)

    async def _sale(self, request: Request) -> Response:
        found = self.books.sales.get(request.path_params["id"])
        if failed := await self._refusal(request, found.subscription if found else ""):
            return failed
        return JSONResponse(shapes.sale(found)) if found else _missing()

    async def _certificate(self, request: Request) -> Response:
        del request
        return PlainTextResponse(self._authority.chain_pem())

    async def _put(self, request: Request) -> Response:
        wanted = Subscription.model_validate_json(await request.body())
        self.books.subscriptions[wanted.id] = wanted
        return JSONResponse({"result": "ok"})

    async def _sell(self, request: Request) -> Response:
        sold = Sale.model_validate_json(await request.body())
        self.books.sales[sold.id] = sold
        how = self.scripts.take(sold.subscription, _HOOKS).word
        self._hooks.tell(sold, 0 if how == "lost" or not sold.hint else 2 if how == "doubled" else 1)
        return JSONResponse({"result": "ok"})

    async def _again(self, request: Request) -> Response:
        self._hooks.tell(self.books.sales[Event.model_validate_json(await request.body()).sale])
        return JSONResponse({"result": "ok"})

    async def _webhook(self, request: Request) -> Response:
        self._hooks.receive(Receiver.model_validate_json(await request.body()))
        return JSONResponse({"result": "ok"})

    async def _revoke(self, request: Request) -> Response:
        """All tokens end at once, as when somebody changes the secret's permissions."""
        del request
        self._tokens.clear()
        return JSONResponse({"result": "ok"})

    async def _root(self, request: Request) -> Response:
        del request
        return PlainTextResponse(await asyncio.to_thread(self._authority.root_pem))


def _missing() -> Response:
    return JSONResponse(shapes.failure("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"), 404)
