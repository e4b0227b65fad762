"""A payment company: charges once per key, replays its answers, and fails as scripted.

Scripts, one per new attempt of the account: `ok`, `decline:<code>`, `pending`, `no_method`, `timeout_after` (the money
moves, the connection drops), `timeout_before` (it drops, nothing happened), `429`, `500`; any of them with `hold:`
before or `:hold` behind. For refunds see `sandbox.refunds`; for events: `webhook:lost`, `webhook:doubled`.
"""

from pydantic import AwareDatetime, BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from sandbox.books import Charge, PaymentBooks
from sandbox.desk import company, get, post, refuse, say
from sandbox.refunds import REFUND_WORDS, Refunds
from sandbox.scripts import Behaviour, Scripts
from sandbox.serving import cut
from sandbox.webhooks import Webhooks

_CHARGES = frozenset({"ok", "decline", "pending", "no_method", "timeout_after", "timeout_before", "429", "500"})
_HOOKS = frozenset({"webhook"})
_MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "debit_returned": "Your bank returned the debit.",
}


class ChargeRequest(BaseModel):
    """The body of `POST /charges`; `amount` in minor units."""

    account: str
    amount: int
    currency: str
    key: str
    at: AwareDatetime
    invoice: str = ""
    step: str = ""

    def same_as(self, charge: Charge) -> bool:
        """Whether it asks for the same charge. `at` may differ: a retry comes later."""
        mine = self.model_dump(exclude={"at"})
        return mine == charge.model_dump(include=set(mine))


class SettleRequest(BaseModel):
    """What becomes of a debit in transit: `succeeded`, or the code under which it came back."""

    key: str
    outcome: str = "succeeded"
    at: AwareDatetime | None = None


class PaymentCompany:
    """State and rules; `app` is its web site."""

    def __init__(self) -> None:
        self.scripts = Scripts(_CHARGES | REFUND_WORDS | _HOOKS)
        self.books = PaymentBooks()
        self.webhooks = Webhooks(self.books)
        self.refunds = Refunds(self.books, self.scripts)
        self._charges: dict[str, Charge] = {}
        self._made = 0

    def app(self) -> Starlette:
        """The web site: the company's interface and its control desk."""
        routes = [
            post("/charges", self._charge),
            get("/charges/{key:path}", self._find),
            post("/refunds", self.refunds.refund),
            post("/control/settle", self._settle),
            post("/control/webhook", self.webhooks.subscribe),
        ]
        return company(self.scripts, self.books, routes)

    async def _charge(self, request: Request) -> Response:
        wanted = ChargeRequest.model_validate_json(await request.body())
        known = self._charges.get(wanted.key)
        if known is not None:
            return _replay(known, wanted)
        charge = self._open(wanted)
        how = self.scripts.take(wanted.account, _CHARGES)
        if how.hold_before:
            await self.scripts.hold(wanted.account, wanted.key)
        answer = self._act(charge, how, request)
        if how.hold_after:
            await self.scripts.hold(wanted.account, wanted.key)
        return answer

    def _open(self, wanted: ChargeRequest) -> Charge:
        self._made += 1
        charge = Charge(id=f"ch_{self._made}", **wanted.model_dump())
        self._charges[charge.key] = charge
        self.books.charges.append(charge)
        return charge

    def _act(self, charge: Charge, how: Behaviour, request: Request) -> Response:
        match how.word:
            case "decline":
                _decline(charge, how.argument or "card_declined")
            case "pending":
                charge.status, charge.method = "pending", "bank debit"
            case "timeout_after":
                self._pay(charge)
                return cut(request)
            case "timeout_before" | "429" | "500" | "no_method":
                self._undo(charge)
                return cut(request) if how.word == "timeout_before" else _refusal(how.word)
            case _:
                self._pay(charge)
        return _answer(charge)

    def _pay(self, charge: Charge) -> None:
        charge.status = "succeeded"
        charge.method = charge.method or "card ending 4242"
        self.webhooks.announce(charge, self.scripts.take(charge.account, _HOOKS).argument)

    def _undo(self, charge: Charge) -> None:
        """The company keeps nothing of it: the same key is a new attempt."""
        del self._charges[charge.key]
        self.books.charges.remove(charge)

    async def _find(self, request: Request) -> Response:
        charge = self._charges.get(request.path_params["key"])
        return say(charge) if charge is not None else refuse(404, "not_found")

    async def _settle(self, request: Request) -> Response:
        wanted = SettleRequest.model_validate_json(await request.body())
        charge = self._charges.get(wanted.key)
        if charge is None or charge.status != "pending":
            return refuse(404, "not_pending")
        charge.at = wanted.at or charge.at
        if wanted.outcome == "succeeded":
            self._pay(charge)
        else:
            _decline(charge, wanted.outcome)
        return say(charge)


def _replay(known: Charge, wanted: ChargeRequest) -> Response:
    known.asked += 1
    if not wanted.same_as(known):
        return refuse(400, "key_reused", "This key came with other parameters before.")
    if known.status == "processing":
        return refuse(409, "in_flight")
    return _answer(known)


def _decline(charge: Charge, code: str) -> None:
    charge.status = "declined"
    charge.code, charge.message = code, _MESSAGES.get(code, "The payment was declined.")


def _answer(charge: Charge) -> Response:
    return say(charge, 402 if charge.status == "declined" else 200)


def _refusal(word: str) -> Response:
    if word == "no_method":
        return refuse(422, "no_method", "There is no valid payment method.")
    return refuse(int(word), "rate_limited" if word == "429" else "broken")
