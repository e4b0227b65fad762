"""Our own account at the company: every movement of money is an entry, and the balance their sum."""

from collections import Counter

from sandbox.payments.api.call import Call
from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import payment_id
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.store.collection import Collection

_LATER = 2 * 24 * 3600
_PER_MILLE, _FIXED = 29, 30


class Balance:
    """The endpoints /v1/balance and /v1/balance_transactions."""

    def __init__(self, entries: Collection) -> None:
        self._entries = entries
        self._sums: Counter[str] = Counter()

    def enter(self, kind: str, source: Json, amount: int, at: int) -> str:
        """A movement of so much, negative when it left us. Returns the entry's id."""
        fee = amount * _PER_MILLE // 1000 + _FIXED if kind == "charge" else 0
        entry = _entry(kind, source, amount, fee, at)
        self._entries.put(entry)
        self._sums[entry["currency"]] += entry["net"]
        return entry["id"]

    def entry(self, name: str) -> Json:
        """The entry of that id. Raises StripeError when there is none."""
        return self._entries.get(name)

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/balance`."""
        Params(call.values, ())
        return {
            "object": "balance",
            "available": [_sum(0, currency) for currency in sorted(self._sums)] or [_sum(0, "usd")],
            "connect_reserved": [{"amount": 0, "currency": currency} for currency in sorted(self._sums) or ["usd"]],
            "livemode": False,
            "pending": [_sum(self._sums[currency], currency) for currency in sorted(self._sums)] or [_sum(0, "usd")],
        }

    def retrieve_entry(self, call: Call) -> Json:
        """`GET /v1/balance_transactions/{id}`."""
        Params(call.values, ())
        return self._entries.get(call.path["id"], status=404)

    def list(self, call: Call) -> Json:
        """`GET /v1/balance_transactions`."""
        return self._entries.page(Params(call.values, LISTED | {"created", "currency", "source", "type"}))


def _sum(amount: int, currency: str) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _entry(kind: str, source: Json, amount: int, fee: int, at: int) -> Json:
    currency = source["currency"]
    details = {"amount": fee, "application": None, "currency": currency, "type": "stripe_fee"}
    return {
        "id": payment_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": at + _LATER,
        "balance_type": "payments",
        "created": at,
        "currency": currency,
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details | {"description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute" if kind == "adjustment" else kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
