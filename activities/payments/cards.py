"""Looking at the card on file, and having its owner told that it ends: one notice an account, a card and a day."""

from typing import Protocol

from temporalio import activity

from activities.heartbeat import steadily
from activities.payments.refusals import told_of_refusal
from dunning.case.orders import CardOrder
from dunning.case.results import Looked
from dunning.notices.card_ends import card_ends_notice
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Cards, NoticeStarter
from dunning.ports.tickets import Tickets


class CardRecords(Accounts, Tickets, Protocol):
    """Whose card it is, and tickets about calls that are refused."""


class LookAtCard:
    """Asks the gateway what would be charged now."""

    def __init__(self, gateway: Cards, store: CardRecords, notices: NoticeStarter) -> None:
        self._gateway = gateway
        self._store = store
        self._notices = notices

    @activity.defn(name="look_at_card")
    async def look_at_card(self, order: CardOrder) -> Looked:
        """Raises OutageError while the gateway or Temporal is away. Safe to repeat: a notice is ordered once."""
        return await steadily(told_of_refusal(self._store, order, self._looked(order)))

    async def _looked(self, order: CardOrder) -> Looked:
        card = await self._gateway.card(await self._store.account(order.account))
        if order.card is None or card != order.card:
            return Looked(card=card)
        await self._notices.send(card_ends_notice(order, card))
        return Looked(card=card, told=True)
