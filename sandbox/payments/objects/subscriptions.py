"""Subscriptions: read, paused, moved to another date by a trial, and cancelled."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params, merged
from sandbox.payments.clock import moment
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act, changes

_WRITTEN = {"cancel_at_period_end", "metadata", "pause_collection", "proration_behavior", "trial_end"}
_ENDED = ("canceled", "incomplete_expired")
_OVER = "A canceled subscription can only update its cancellation_details and metadata."


class Subscriptions:
    """The endpoints under /v1/subscriptions."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.subscriptions

    async def retrieve(self, call: Call) -> Json:
        """`GET /v1/subscriptions/{id}`: `500` and `429` in the scripts of its id."""
        Params(call.values, ())
        name = call.path["id"]
        how = self._state.scripts.take(name, frozenset({"500", "429"}))
        if how.word in ("500", "429"):
            raise StripeError(int(how.word), "An unknown error occurred", kind="api_error")
        return self._kept.get(name, status=404)

    def update(self, call: Call) -> Json:
        """`POST /v1/subscriptions/{id}`."""
        params = Params(call.values, _WRITTEN)
        subscription = self._kept.get(call.path["id"], status=404)
        if subscription["status"] in _ENDED:
            raise StripeError(400, _OVER)
        params.choice("proration_behavior", ("none", "create_prorations", "always_invoice"))
        before = dict(subscription)
        subscription["metadata"] = merged(subscription["metadata"], params)
        if "pause_collection" in params:
            pause = params.inner("pause_collection", {"behavior", "resumes_at"})
            behavior = pause.choice("behavior", ("keep_as_draft", "mark_uncollectible", "void"))
            subscription["pause_collection"] = {"behavior": behavior, "resumes_at": None} if behavior else None
        if "cancel_at_period_end" in params:
            subscription["cancel_at_period_end"] = params.flag("cancel_at_period_end")
        if (until := params.integer("trial_end")) is not None:
            self._move(subscription, until)
        act = self._state.act(moment(), subscription, call)
        act.tell("customer.subscription.updated", subscription, changes(before, subscription))
        self._state.events.publish(act)
        return subscription

    def cancel(self, call: Call) -> Json:
        """`DELETE /v1/subscriptions/{id}`: what is open of it is not tried any more."""
        params = Params(call.values, {"cancellation_details", "invoice_now", "prorate"})
        subscription = self._kept.get(call.path["id"], status=404)
        if subscription["status"] in _ENDED:
            raise no_such("subscription", subscription["id"], "id", 404)
        comment = params.inner("cancellation_details", {"comment", "feedback"}).text("comment")
        act = self._state.act(moment(), subscription, call)
        self.end(subscription, act, comment)
        self._state.events.publish(act)
        return subscription

    def end(self, subscription: Json, act: Act, comment: str | None) -> None:
        """It is over."""
        details = {"comment": comment, "feedback": None, "reason": "cancellation_requested"}
        subscription.update(status="canceled", canceled_at=act.at, ended_at=act.at, cancellation_details=details)
        for invoice in self._state.invoices.of("subscription", subscription["id"]):
            if invoice["status"] in ("draft", "open"):
                invoice.update(auto_advance=False, next_payment_attempt=None)
        act.tell("customer.subscription.deleted", subscription)

    def _move(self, subscription: Json, until: int) -> None:
        """A trial until then: the next period begins when it ends, and with it the dates of all later ones."""
        subscription.update(status="trialing", trial_end=until, billing_cycle_anchor=until)
        for item in subscription["items"]["data"]:
            item["current_period_end"] = until
