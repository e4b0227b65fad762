"""Disputes: a payer's bank takes money back; a card's may be won, a returned debit is final."""

from datetime import datetime
from typing import Literal

from sandbox.payments.api.forms import Json
from sandbox.payments.shapes.reversals import new_dispute
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act


class Disputes:
    """What banks do; a merchant hears of it by events."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.disputes

    def open(self, charge: Json, amount: int | None, reason: str, at: datetime | None) -> Json:
        """The bank takes the money now."""
        intent = self._state.intents.get(charge["payment_intent"])
        act = self._state.act(self._state.now(intent, at), intent)
        instrument = self._state.instruments[charge["id"]]
        dispute = self._kept.put(new_dispute(charge, instrument, amount or charge["amount"], act.at, reason))
        charge["disputed"] = True
        if instrument.kind != "card":
            dispute["status"] = "lost"
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
            act.tell("charge.dispute.funds_reinstated", dispute)
        self._state.ledger.closed(dispute, act.at)
        self._state.events.publish(act)

    def _act(self, dispute: Json, at: datetime | None) -> Act:
        intent = self._state.intents.get(dispute["payment_intent"])
        return self._state.act(self._state.now(intent, at), intent)
