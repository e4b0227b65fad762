"""What a ledger has to hear before its books are closed: payments that are credit already, and what was taken back.

A signal reaches a case without passing the store, so this is the last place where the same money is found twice.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.claims import credited_of, take_back, told_of
from dunning.case.facts import Restored, Reversal
from dunning.case.ledger import Kind
from dunning.case.orders import CloseOrder
from dunning.case.results import Found
from dunning.payments.taken_back import about, still_counted, struck_out, unheard
from dunning.records.claims import TakenBackNews


async def unheard_in(connection: AsyncConnection, order: CloseOrder) -> Found:
    """Find it, while account and invoice are locked.

    A payment that is credit is taken back from there; what another invoice used of it, this one does not count.
    """
    told = await told_of(connection, order.invoice)
    payments = {entry.id: entry for entry in order.entries if entry.kind is Kind.PAYMENT}
    struck: list[Reversal] = []
    for claim in await credited_of(connection, order.invoice):
        if payment := payments.get(claim.payment):
            of_credit = about(claim.payment, told)
            told = tuple(each for each in told if each not in of_credit)
            left = await take_back(connection, claim, order.account, payment.amount, order.at)
            too_much = still_counted(payment, order.entries) + -left
            if too_much.minor > 0:
                struck.append(struck_out(payment, too_much, claim.place))
    news: tuple[TakenBackNews, ...] = unheard(order.entries, told)
    reversals = tuple(each for each in news if isinstance(each, Reversal))
    restored = tuple(each for each in news if isinstance(each, Restored))
    return Found(reversals=(*struck, *reversals), restored=restored)
