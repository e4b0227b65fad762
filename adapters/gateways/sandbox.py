"""The sandbox's payment company: a stand-in that charges once per key and fails on demand."""

from datetime import timedelta
from typing import Literal, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

from dunning.money import Money
from dunning.orders import ChargeOrder, RefundOrder
from dunning.ports import OutageError
from dunning.results import Charged, ChargeResult, Declined, NoMethod, Pending, Refunded, RefundResult, Unknown
from dunning.wire import Instant

_OK, _DECLINED, _IN_FLIGHT, _NO_METHOD, _NOT_FOUND = 200, 402, 409, 422, 404
_RATE_LIMIT, _BROKEN = 429, 500

_Answer = TypeVar("_Answer", bound=BaseModel)


class ChargeMismatchError(Exception):
    """The company refuses the call itself, e.g. a key used with other parameters: our mistake, retrying is useless."""


class _Charge(BaseModel):
    id: str
    amount: int
    currency: str
    at: Instant
    status: Literal["processing", "succeeded", "pending", "declined"]
    code: str = ""
    message: str = ""
    method: str = ""


class _Refusal(BaseModel):
    code: str
    message: str = ""


class _Refund(BaseModel):
    id: str
    amount: int
    currency: str


class SandboxGateway:
    """Fits `dunning.ports.Gateway`.

    A timeout is an outage even though money may have moved: every retry asks `find` first, and that knows.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        # The sandbox lives on this machine: no proxy of the environment is meant for it.
        self._http = httpx2.AsyncClient(base_url=url, timeout=timeout, trust_env=False)

    async def charge(self, order: ChargeOrder) -> ChargeResult:
        """Charge once for `order.key`; the company replays its answer to a known key."""
        answer = await self._ask("POST", "/charges", _charge_body(order))
        if answer.status_code == _NO_METHOD:
            return NoMethod()
        if answer.status_code == _IN_FLIGHT:
            return _unknown(order)
        return _result(order, _read(_Charge, answer, _OK, _DECLINED))

    async def find(self, order: ChargeOrder) -> ChargeResult | None:
        """What became of the attempt; None when the company never saw it."""
        answer = await self._ask("GET", f"/charges/{quote(order.key, safe='')}")
        if answer.status_code == _NOT_FOUND:
            return None
        return _result(order, _read(_Charge, answer, _OK))

    async def refund(self, order: RefundOrder) -> RefundResult:
        """Give money back once for `order.key`."""
        answer = await self._ask("POST", "/refunds", _refund_body(order))
        if answer.status_code == _DECLINED:
            refusal = _read(_Refusal, answer, _DECLINED)
            return Declined(code=refusal.code, message=refusal.message)
        done = _read(_Refund, answer, _OK)
        return Refunded(refund=done.id, amount=Money(minor=done.amount, currency=done.currency))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx2.Response:
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx2.TransportError as error:
            raise OutageError(f"payment company: {type(error).__name__}") from None
        if answer.status_code == _RATE_LIMIT or answer.status_code >= _BROKEN:
            raise OutageError(f"payment company: HTTP {answer.status_code}")
        return answer


def _charge_body(order: ChargeOrder) -> dict[str, object]:
    return {
        "account": order.account,
        "amount": order.amount.minor,
        "currency": order.amount.currency,
        "key": order.key,
        "at": order.at.isoformat(),
        "invoice": order.invoice,
        "step": order.step,
    }


def _refund_body(order: RefundOrder) -> dict[str, object]:
    return {
        "payment": order.payment,
        "amount": order.amount.minor,
        "currency": order.amount.currency,
        "key": order.key,
        "at": order.at.isoformat(),
    }


def _result(order: ChargeOrder, charge: _Charge) -> ChargeResult:
    match charge.status:
        case "succeeded":
            amount = Money(minor=charge.amount, currency=charge.currency)
            return Charged(payment=charge.id, amount=amount, at=charge.at, method=charge.method)
        case "pending":
            return Pending(payment=charge.id, ask_at=order.at + timedelta(days=1))
        case "declined":
            return Declined(code=charge.code, message=charge.message)
        case "processing":
            return _unknown(order)


def _unknown(order: ChargeOrder) -> Unknown:
    return Unknown(ask_at=order.at + timedelta(hours=1))


def _read(model: type[_Answer], answer: httpx2.Response, *expected: int) -> _Answer:
    if answer.status_code not in expected:
        raise ChargeMismatchError(f"payment company: HTTP {answer.status_code}, our call is wrong")
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        raise OutageError("payment company: unreadable answer") from None
