"""The gateway's control interface: subscriptions that customers began there, and the time that passes for them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control.routes import get, post, refuse, say
from sandbox.payments.clock import moment
from sandbox.payments.control.requests import CycleRequest, Named, SubscribeRequest
from sandbox.payments.objects.invoices import Invoices
from sandbox.payments.shapes.billing import new_item, new_subscription
from sandbox.payments.state import State

_ENDED = ("canceled", "incomplete_expired", "unpaid", "paused")


class Billing:
    """Its routes. A subscription's customer has to be there."""

    def __init__(self, state: State, invoices: Invoices) -> None:
        self._state = state
        self._invoices = invoices

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            post("/control/subscription", self._put),
            get("/control/subscription/{id}", self._show),
            post("/control/cycle", self._cycle),
        ]

    async def _put(self, request: Request) -> Response:
        wanted = SubscribeRequest.model_validate_json(await request.body())
        customer, anchor = self._state.payers.get(wanted.account), int(wanted.anchor.timestamp())
        if customer is None:
            return refuse(404, "no_such_customer", f"no customer of account {wanted.account!r}")
        made = self._state.subscriptions.find(wanted.id)
        made = made or self._state.subscriptions.put(new_subscription(wanted.id, customer, anchor))
        period = (anchor, int(wanted.ends.timestamp()))
        made["items"]["data"] = [new_item(wanted.id, wanted.amount, wanted.currency, wanted.quantity, period)]
        made.update(currency=wanted.currency, **wanted.fields)
        act = self._state.act(moment(), made)
        act.tell("customer.subscription.updated", made, {})
        self._state.events.publish(act)
        return say(Named(id=wanted.id))

    async def _show(self, request: Request) -> Response:
        return JSONResponse(self._state.subscriptions.get(request.path_params["id"]))

    async def _cycle(self, request: Request) -> Response:
        """What is paused, over or empty takes nothing."""
        wanted = CycleRequest.model_validate_json(await request.body())
        subscription = self._state.subscriptions.get(wanted.subscription)
        if subscription["status"] in _ENDED or subscription["pause_collection"]:
            return refuse(409, "takes_nothing", f"it is {subscription['status']}, or paused")
        last = self._state.invoices.find(subscription["latest_invoice"] or "")
        if last is None or last["status"] not in ("draft", "open"):
            last = self._invoices.bill(subscription, wanted.at)
            for item in subscription["items"]["data"]:
                begins, ends = item["current_period_end"], wanted.ends or wanted.at
                item.update(current_period_start=begins, current_period_end=int(ends.timestamp()))
        if wanted.waits:
            return say(Named(id=last["id"]))
        return say(Named(id=self._invoices.attempt(last, wanted.at, wanted.retry)["id"]))
