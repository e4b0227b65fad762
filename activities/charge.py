"""Charging, at most once for one milestone, whatever crashes."""

from temporalio import activity

from activities.heartbeat import steadily
from dunning.orders import ChargeOrder
from dunning.ports import Gateway, Store
from dunning.records import Attempt
from dunning.results import Charged, ChargeResult, Declined, Pending


class Charge:
    """Writes the attempt down, asks about it if it was begun before, and only then calls the payment company."""

    def __init__(self, gateway: Gateway, store: Store) -> None:
        self._gateway = gateway
        self._store = store

    @activity.defn(name="charge")
    async def charge(self, order: ChargeOrder) -> ChargeResult:
        """Promise 1: an unknown outcome is resolved by asking the company under the attempt's key, never guessed.

        Raises OutageError while the company cannot be reached; the retry starts by asking.
        """
        return await steadily(self._charge(order))

    async def _charge(self, order: ChargeOrder) -> ChargeResult:
        result = await self._known(order) or await self._move_money(order)
        await self._store.put_attempt(_attempt(order, result))
        return result

    async def _known(self, order: ChargeOrder) -> ChargeResult | None:
        if await self._store.attempt(order.key) is None:
            await self._store.put_attempt(_attempt(order, None))
            return None
        return await self._gateway.find(order)

    async def _move_money(self, order: ChargeOrder) -> ChargeResult:
        if order.ask_only:
            return Declined(code="never_seen", message="The payment company never saw the attempt.")
        return await self._gateway.charge(order)


def _attempt(order: ChargeOrder, result: ChargeResult | None) -> Attempt:
    return Attempt(
        key=order.key,
        invoice=order.invoice,
        account=order.account,
        amount=order.amount,
        at=order.at,
        outcome=result.kind if result else "",
        payment=result.payment if isinstance(result, Charged | Pending) else "",
        detail=result.code if isinstance(result, Declined) else "",
    )
