"""Money that was taken back, and came again: refunds that people made at Stripe, and disputes."""

from stripe import StripeClient

from adapters.gateways.stripe.calls import StripeRefusedError, fetch
from adapters.gateways.stripe.events import Told, news_about, subject
from adapters.gateways.stripe.objects import Dispute, Event, Intent, Refund
from adapters.gateways.stripe.refunds import OURS
from dunning.case.facts import Payment, Restored, Reversal
from dunning.records.inbox import News

_WON = "won"


class StripeReversals:
    """Tells of them. Neither refund nor dispute says whose payment it was: Stripe is asked for that."""

    def __init__(self, client: StripeClient) -> None:
        self._intents = client.v1.payment_intents

    async def disputed(self, event: Event) -> Told:
        """A chargeback took money. An inquiry takes none; what becomes a chargeback later has the same id."""
        dispute = subject(Dispute, event)
        if not (dispute.took_money and dispute.payment_intent):
            return ()
        reversal = Reversal(
            id=dispute.id,
            payment=dispute.payment_intent,
            amount=dispute.money,
            at=event.created,
            reason=f"chargeback: {dispute.reason}",
            chargeback=True,
        )
        return await self._about(dispute.payment_intent, News(fact=reversal))

    async def closed(self, event: Event) -> Told:
        """A dispute is over. Lost, it changes nothing: its money was gone from the beginning."""
        dispute = subject(Dispute, event)
        if dispute.status != _WON:
            return ()
        won = Restored(id=f"{dispute.id}:won", reversal=dispute.id, amount=dispute.money, at=event.created)
        return await self._about(dispute.payment_intent, News(fact=won))

    async def refunded(self, event: Event) -> Told:
        """People gave money back at Stripe. Our own refunds are in the ledger already."""
        refund = subject(Refund, event)
        if OURS in refund.metadata or refund.failed or not refund.payment_intent:
            return ()
        reversal = Reversal(
            id=refund.id, payment=refund.payment_intent, amount=refund.money, at=event.created, reason="refund"
        )
        return await self._about(refund.payment_intent, News(fact=reversal))

    async def refund_ended(self, event: Event) -> Told:
        """A refund did not reach the customer, e.g. the account is closed: the money is here again.

        Of our own refunds the ledger says that they were made, so what came again is money that arrives.
        """
        refund = subject(Refund, event)
        if not refund.failed:
            return ()
        if OURS in refund.metadata:
            back = Payment(id=f"{refund.id}:failed", amount=refund.money, at=event.created, method="failed refund")
            return await self._about(refund.payment_intent, News(fact=back))
        again = Restored(id=f"{refund.id}:failed", reversal=refund.id, amount=refund.money, at=event.created)
        return await self._about(refund.payment_intent, News(fact=again))

    async def _about(self, payment: str, news: News) -> Told:
        """A charge without a PaymentIntent, or of another account of Stripe's, is none of ours."""
        if not payment:
            return ()
        try:
            return news_about(await fetch(Intent, self._intents.retrieve_async(payment)), news)
        except StripeRefusedError as refused:
            if refused.is_missing:
                return ()
            raise
