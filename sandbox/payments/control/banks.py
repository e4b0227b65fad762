"""The gateway's control interface: what banks do to payments, where events go, and failures by chance."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control.routes import get, post, refuse, say
from sandbox.payments.api.errors import StripeError
from sandbox.payments.bank.bank import Bank
from sandbox.payments.control.requests import (
    CloseRequest,
    DisputeRequest,
    DropRequest,
    FailRequest,
    Named,
    SettleRequest,
)
from sandbox.payments.objects.disputes import Disputes
from sandbox.payments.objects.refunds import Refunds
from sandbox.payments.objects.sessions import Sessions
from sandbox.payments.state import State
from sandbox.payments.webhooks.send import Subscription

_OK = {"result": "ok"}
_TAKEN = range(200, 300)
"""The answers after which nobody is told again."""


class Banks:
    """Its routes, besides those that every company has, and those of the dashboard."""

    def __init__(self, state: State, bank: Bank, sessions: Sessions, refunds: Refunds, disputes: Disputes) -> None:
        self._state = state
        self._bank = bank
        self._sessions = sessions
        self._refunds = refunds
        self._disputes = disputes

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            post("/control/settle", self._settle),
            post("/control/fail_refund", self._fail_refund),
            post("/control/dispute", self._dispute),
            post("/control/close_dispute", self._close_dispute),
            post("/control/webhook", self._subscribe),
            get("/control/untaken", self._untaken),
            post("/control/resend", self._resend),
            post("/control/drop", self._drop),
            post("/control/forget_keys", self._forget_keys),
        ]

    async def _untaken(self, request: Request) -> Response:
        del request
        hooks = self._state.ledger.books.hooks
        return JSONResponse([each.id for each in hooks if not any(answer in _TAKEN for answer in each.answers)])

    async def _settle(self, request: Request) -> Response:
        wanted = SettleRequest.model_validate_json(await request.body())
        row = self._state.ledger.row(wanted.key)
        if row is None or row.status != "pending":
            return refuse(404, "not_pending")
        intent = self._state.intents.get(row.id)
        act = self._state.act(self._state.now(intent, wanted.at), intent)
        self._bank.settle(intent, wanted.outcome, act)
        self._sessions.settled(intent, act)
        self._state.events.publish(act)
        return say(row)

    async def _fail_refund(self, request: Request) -> Response:
        wanted = FailRequest.model_validate_json(await request.body())
        refund = self._state.refunds.find(wanted.refund)
        if refund is None or refund["status"] != "succeeded":
            return refuse(404, "no_such_refund")
        intent = self._state.intents.get(refund["payment_intent"])
        act = self._state.act(self._state.now(intent, wanted.at), intent)
        self._refunds.fail(refund, act)
        self._state.events.publish(act)
        return JSONResponse(_OK)

    async def _dispute(self, request: Request) -> Response:
        wanted = DisputeRequest.model_validate_json(await request.body())
        charge, _ = self._state.paid(wanted.payment)
        if (wanted.amount or 0) > charge["amount"]:
            return refuse(409, "refused", "A bank takes at most what was paid.")
        return say(Named(id=self._disputes.open(charge, wanted.amount, wanted.reason, wanted.at)["id"]))

    async def _close_dispute(self, request: Request) -> Response:
        wanted = CloseRequest.model_validate_json(await request.body())
        dispute = self._state.disputes.find(wanted.dispute)
        if dispute is None or dispute["status"] in ("won", "lost"):
            return refuse(404, "not_open")
        self._disputes.close(dispute, wanted.status, wanted.at)
        return JSONResponse(_OK)

    async def _subscribe(self, request: Request) -> Response:
        self._state.hooks.subscribe(Subscription.model_validate_json(await request.body()))
        return JSONResponse(_OK)

    async def _resend(self, request: Request) -> Response:
        name = Named.model_validate_json(await request.body()).id
        try:
            body = self._state.events.body(name)
        except StripeError as error:
            return refuse(error.status, "no_such_event", str(error))
        self._state.hooks.resend(name, body)
        return JSONResponse(_OK)

    async def _drop(self, request: Request) -> Response:
        wanted = DropRequest.model_validate_json(await request.body())
        self._state.scripts.drop(wanted.share, wanted.seed)
        return JSONResponse(_OK)

    async def _forget_keys(self, request: Request) -> Response:
        del request
        self._state.keys.forget()
        return JSONResponse(_OK)
