"""Confirming a PaymentIntent by a call of the API: this is where the scripts of an account act."""

from sandbox.control.scripts import Behaviour
from sandbox.payments.api.call import Call, DroppedError
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.bank.bank import Attempt, Bank
from sandbox.payments.failures import CONFIRM
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_TOO_MANY = "Too many requests hit the API too quickly. We recommend an exponential backoff of your requests."
_BROKEN = "Sorry! There was an error while talking to one of our backends."
_LOCKED = (
    "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. "
    "If you see this error intermittently, retry the request."
)
_MOVED = {"succeeded", "processing"}


class Confirmation:
    """One confirmation of an intent at a time."""

    def __init__(self, state: State, bank: Bank) -> None:
        self._state = state
        self._bank = bank
        self._busy: set[str] = set()

    def guard(self, intent: Json) -> None:
        """Raises StripeError while somebody confirms the intent."""
        if intent["id"] in self._busy:
            raise StripeError(429, _LOCKED, "lock_timeout")

    async def confirm(self, attempt: Attempt, call: Call, act: Act) -> None:
        """Try it as scripted. Raises StripeError for what the caller has to hear.

        Raises DroppedError, or a StripeError that is not stored, when nothing happened at all.
        """
        self.guard(attempt.intent)
        self._busy.add(attempt.intent["id"])
        try:
            await self._scripted(attempt, call, act)
        finally:
            self._busy.discard(attempt.intent["id"])

    async def _scripted(self, attempt: Attempt, call: Call, act: Act) -> None:
        scripts, intent = self._state.scripts, attempt.intent
        row = self._bank.open(attempt, act.at, call.key or "")
        how = scripts.take(row.account, CONFIRM)
        held = row.key or call.key or intent["id"]
        if how.hold_before:
            await scripts.hold(row.account, held)
        if failure := _at_once(how):
            self._state.ledger.undo(row, call.key or "")
            raise failure
        declined = self._bank.attempt(attempt, act, how)
        self._state.events.publish(act)
        if how.hold_after:
            await scripts.hold(row.account, held)
        call.lost = row.unanswered = how.word == "timeout_after" or (intent["status"] in _MOVED and scripts.drops())
        if how.word == "500":
            raise _broken(stored=True)
        if declined is not None:
            raise declined


def _at_once(how: Behaviour) -> Exception | None:
    """How it fails before any money could move."""
    if how.word == "timeout_before":
        return DroppedError()
    if how.word == "refuse":
        return StripeError(400, "Invalid request.", how.argument, param="amount")
    if how.word == "429":
        return StripeError(429, _TOO_MANY, "rate_limit")
    if how.word == "500" and how.argument != "stored":
        return _broken(stored=how.argument == "stored:unpaid")
    return None


def _broken(*, stored: bool) -> StripeError:
    return StripeError(500, _BROKEN, kind="api_error", stored=stored)
