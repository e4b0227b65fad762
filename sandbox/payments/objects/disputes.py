"""Disputes: a payer's bank takes money back; a card's may be won, a returned debit is final."""

from datetime import datetime
from typing import Literal

from sandbox.payments.api.call import Call
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params, merged
from sandbox.payments.shapes.reversals import new_dispute
from sandbox.payments.state import State
from sandbox.payments.store.balance import Balance
from sandbox.payments.webhooks.events import Act


class Disputes:
    """The endpoints under /v1/disputes, and what banks do."""

    def __init__(self, state: State, balance: Balance) -> None:
        self._state = state
        self._kept = state.disputes
        self._balance = balance

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/disputes/{id}`."""
        Params(call.values, ())
        return self._kept.get(call.path["id"], "dispute", 404)

    def update(self, call: Call) -> Json:
        """`POST /v1/disputes/{id}`: metadata and evidence."""
        params = Params(call.values, {"evidence", "metadata", "submit"})
        dispute = self._kept.get(call.path["id"], "dispute", 404)
        dispute["metadata"] = merged(dispute["metadata"], params)
        evidence = params.tree("evidence")
        dispute["evidence"].update(evidence)
        dispute["evidence_details"]["has_evidence"] |= bool(evidence)
        if params.flag("submit"):
            dispute["evidence_details"]["submission_count"] += 1
            dispute["status"] = "under_review"
        act = self._act(dispute, None, call)
        act.tell("charge.dispute.updated", dispute)
        self._state.events.publish(act)
        return dispute

    def list(self, call: Call) -> Json:
        """`GET /v1/disputes`."""
        return self._kept.page(Params(call.values, LISTED | {"charge", "created", "payment_intent"}))

    def open(self, charge: Json, amount: int | None, reason: str, at: datetime | None) -> Json:
        """The bank takes the money now."""
        intent = self._state.intents.get(charge["payment_intent"])
        act = self._state.act(self._state.now(intent, at), intent)
        instrument = self._state.instruments[charge["id"]]
        dispute = self._kept.put(new_dispute(charge, instrument, amount or charge["amount"], act.at, reason))
        charge["disputed"] = True
        if instrument.kind != "card":
            dispute["status"] = "lost"
        self._enter(dispute, -1, act)
        self._state.ledger.disputed(dispute)
        act.tell("charge.dispute.created", dispute)
        act.tell("charge.dispute.funds_withdrawn", dispute)
        if dispute["status"] == "lost":
            act.tell("charge.dispute.closed", dispute)
        self._state.events.publish(act)
        return dispute

    def close(self, dispute: Json, status: Literal["won", "lost"], at: datetime | None) -> None:
        """It is decided. What is won comes back."""
        act = self._act(dispute, at)
        dispute["status"] = status
        act.tell("charge.dispute.closed", dispute)
        if status == "won":
            self._enter(dispute, 1, act)
            act.tell("charge.dispute.funds_reinstated", dispute)
        self._state.ledger.closed(dispute, act.at)
        self._state.events.publish(act)

    def _enter(self, dispute: Json, sign: int, act: Act) -> None:
        entry = self._balance.enter("adjustment", dispute, sign * dispute["amount"], act.at)
        dispute["balance_transactions"].append(self._balance.entry(entry))

    def _act(self, dispute: Json, at: datetime | None, call: Call | None = None) -> Act:
        intent = self._state.intents.get(dispute["payment_intent"])
        return self._state.act(self._state.now(intent, at), intent, call)
