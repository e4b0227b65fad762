"""Looking at the card on file, and having its owner told that it ends: one notice an account, a card and a day."""

from temporalio import activity

from activities.heartbeat import steadily
from dunning.case.facts import CardOnFile
from dunning.case.orders import CardOrder
from dunning.case.results import Looked
from dunning.notices.card_ends import card_ends_notice
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Cards, NoticeStarter
from dunning.ports.outages import GatewayRefusedError, OutageError

PATIENCE = 12
"""So many tries, about a quarter of an hour."""


class LookAtCard:
    """Asks the gateway what would be charged now."""

    def __init__(self, gateway: Cards, store: Accounts, notices: NoticeStarter) -> None:
        self._gateway = gateway
        self._store = store
        self._notices = notices

    @activity.defn(name="look_at_card")
    async def look_at_card(self, order: CardOrder) -> Looked:
        """Safe to repeat: a notice is ordered once. Raises OutageError while the gateway or Temporal is away.

        But only for a while: nothing else of the case may wait for it. What the gateway calls malformed ends it at
        once: the charge will be refused alike, and opens the ticket.
        """
        try:
            return await steadily(self._looked(order))
        except GatewayRefusedError:
            return Looked(card=order.card or CardOnFile())
        except OutageError:
            if activity.info().attempt < PATIENCE:
                raise
            return Looked(card=order.card or CardOnFile())

    async def _looked(self, order: CardOrder) -> Looked:
        card = await self._gateway.card(await self._store.account(order.account))
        if order.card is None or card != order.card:
            return Looked(card=card)
        await self._notices.send(card_ends_notice(order, card))
        return Looked(card=card, told=True)
