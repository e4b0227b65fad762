"""The payment company's refunds, once per key.

Scripts per account: `refund:<code>` declines, `refund:500` breaks, `refund:timeout_after` gives back and drops the
connection.
"""

from pydantic import AwareDatetime, BaseModel
from starlette.requests import Request
from starlette.responses import Response

from sandbox.books import Charge, PaymentBooks, Refund
from sandbox.desk import refuse, say
from sandbox.scripts import Scripts
from sandbox.serving import cut

REFUND_WORDS = frozenset({"refund"})


class RefundRequest(BaseModel):
    """The body of `POST /refunds`."""

    payment: str
    amount: int
    currency: str
    key: str
    at: AwareDatetime


class Refunds:
    """Gives back at most what a payment brought in."""

    def __init__(self, books: PaymentBooks, scripts: Scripts) -> None:
        self._books = books
        self._scripts = scripts

    async def refund(self, request: Request) -> Response:
        """`POST /refunds`."""
        wanted = RefundRequest.model_validate_json(await request.body())
        done = next((refund for refund in self._books.refunds if refund.key == wanted.key), None)
        if done is not None:
            same = wanted.model_dump(exclude={"at"}) == done.model_dump(exclude={"at", "id"})
            return say(done) if same else refuse(400, "key_reused", "This key came with other parameters before.")
        charge = next((charge for charge in self._books.charges if charge.id == wanted.payment), None)
        if charge is None or charge.status != "succeeded":
            return refuse(402, "no_such_payment")
        return self._decide(charge, wanted, request)

    def _decide(self, charge: Charge, wanted: RefundRequest, request: Request) -> Response:
        how = self._scripts.take(charge.account, REFUND_WORDS).argument
        if how == "500":
            return refuse(500, "broken")
        if wanted.currency != charge.currency or wanted.amount > charge.amount - self._given_back(charge):
            return refuse(402, "amount_too_large", "The refund exceeds what is left of the payment.")
        if how not in {"", "timeout_after"}:
            return refuse(402, how)
        refund = Refund(id=f"re_{len(self._books.refunds) + 1}", **wanted.model_dump())
        self._books.refunds.append(refund)
        return cut(request) if how else say(refund)

    def _given_back(self, charge: Charge) -> int:
        return sum(refund.amount for refund in self._books.refunds if refund.payment == charge.id)
