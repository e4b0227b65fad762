"""What a ledger has to hear before its books are closed: payments that are credit already, and what was taken back.

A signal reaches a case without passing the store, so this is the last place where the same money is found twice.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.money.claims import credited_of, given_of, take_back, told_of
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, Entry, Kind, find
from dunning.case.orders import CloseOrder
from dunning.case.results import Found
from dunning.money import Money
from dunning.payments.taken_back import about, still_counted, struck_out, unheard
from dunning.records.claims import TakenBackNews
from dunning.records.credit import late_line


async def unheard_in(connection: AsyncConnection, order: CloseOrder) -> Found:
    """Find it, while account and invoice are locked.

    A payment that is credit is taken back from there; what another invoice used of it, this one does not count. What
    was taken back from there before is looked at again: whoever did it may have died before the case heard of it.
    """
    told = await told_of(connection, order.invoice)
    payments = {entry.id: entry for entry in order.entries if entry.kind is Kind.PAYMENT}
    given, never_told = await given_of(connection, order.invoice), list[Payment]()
    struck: list[Reversal] = []
    for claim in await credited_of(connection, order.invoice):
        if payment := payments.get(claim.payment):
            of_credit = about(claim.payment, told)
            told = tuple(each for each in told if each not in of_credit)
            left = await take_back(connection, claim, order.account, payment.amount, order.at)
            struck += _too_much(payment, left, order)
    known = {entry.id for entry in order.entries if entry.kind in MONEY_IN}
    for claim, credit in given:
        worth = credit.amount.model_copy(update={"minor": claim.worth})
        if payment := payments.get(claim.payment):
            struck += _too_much(payment, worth, order)
        elif claim.payment not in known:
            never_told.append(Payment(id=claim.payment, amount=worth, at=credit.at))
    news: tuple[TakenBackNews, ...] = unheard(order.entries, told)
    reversals = tuple(each for each in news if isinstance(each, Reversal))
    restored = tuple(each for each in news if isinstance(each, Restored))
    return Found(payments=tuple(never_told), reversals=(*struck, *reversals), restored=restored)


def _too_much(payment: Entry, worth: Money, order: CloseOrder) -> list[Reversal]:
    """What the ledger counts of a payment beyond what was left when it was taken back from credit; struck out once."""
    too_much = still_counted(payment, order.entries) + -worth
    struck = struck_out(payment, too_much, late_line(order.invoice, payment.id))
    return [struck] if too_much.minor > 0 and not find(order.entries, struck.id, TAKEN_BACK) else []
