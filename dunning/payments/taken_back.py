"""Money that was taken back, or came again: such news may come before what it is about.

It is kept by its id, and applied to wherever that money lies: the case that counted it, or the credit that it became.
"""

from collections.abc import Iterable

from dunning.case.facts import Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, Entry, Kind
from dunning.money import Money
from dunning.records.claims import TakenBackNews
from dunning.records.credit import UNMATCHED, Credit, back_line, late_line


def about(payment: str, news: Iterable[TakenBackNews]) -> tuple[TakenBackNews, ...]:
    """Those of the news that are about that payment, in the order in which they happen to it."""
    known = tuple(news)
    taken = tuple(each for each in known if isinstance(each, Reversal) and each.payment == payment)
    ids = {each.id for each in taken}
    return (*taken, *(each for each in known if isinstance(each, Restored) and each.reversal in ids))


def credit_lines(invoice: str, credit: Credit, news: Iterable[TakenBackNews]) -> tuple[Credit, ...]:
    """The lines by which news of a payment that became `credit` changes that, each with an id of its own.

    What is in another currency is no news of that money.
    """
    currency = credit.amount.currency
    return tuple(_line(invoice, credit, each) for each in news if each.amount.currency == currency)


def _line(invoice: str, credit: Credit, fact: TakenBackNews) -> Credit:
    match fact:
        case Reversal():
            line, amount, why = back_line(invoice, fact.id), -fact.amount, f"was taken back ({fact.reason})"
        case Restored():
            line, amount, why = late_line(invoice, fact.id), fact.amount, "came again"
    reason = f"credit of a payment for {invoice or UNMATCHED}, which {why}"
    return Credit(id=line, account=credit.account, amount=amount, at=fact.at, reason=reason)


def heard(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The ids of all such news that a ledger has; of what came again when it was not payable any more as well."""
    return tuple(entry.id for entry in entries if entry.kind in (*TAKEN_BACK, Kind.RESTORED, Kind.PARKED))


def unheard(entries: tuple[Entry, ...], news: Iterable[TakenBackNews]) -> tuple[TakenBackNews, ...]:
    """The news about money in a ledger that the ledger does not have; in another currency it is none."""
    known = tuple(news)
    if not known:
        return ()
    ids = frozenset(heard(entries))
    payments = (entry for entry in entries if entry.kind in MONEY_IN)
    about_them = ((payment, each) for payment in payments for each in about(payment.id, known))
    return tuple(each for it, each in about_them if each.id not in ids and each.amount.currency == it.amount.currency)


def news_in(entries: tuple[Entry, ...]) -> tuple[TakenBackNews, ...]:
    """What a ledger has of such news, as it was told."""
    taken = (Reversal(id=e.id, payment=e.of, amount=e.amount, at=e.at) for e in entries if e.kind in TAKEN_BACK)
    again = (Restored(id=e.id, reversal=e.of, amount=e.amount, at=e.at) for e in entries if e.kind is Kind.RESTORED)
    return (*taken, *again)


def left_of(amount: Money, payment: str, news: Iterable[TakenBackNews]) -> Money:
    """What is left of a payment of that amount once all that the news say is true; never less than nothing."""
    mine = [each for each in about(payment, news) if each.amount.currency == amount.currency]
    less = sum(each.amount.minor * (1 if isinstance(each, Reversal) else -1) for each in mine)
    return amount.model_copy(update={"minor": max(0, amount.minor - less)})


def still_counted(payment: Entry, entries: tuple[Entry, ...]) -> Money:
    """What a ledger counts of a payment, less what was taken back of it."""
    taken = [entry for entry in entries if entry.kind in TAKEN_BACK and entry.of == payment.id]
    ids = {entry.id for entry in taken}
    again = [entry for entry in entries if entry.kind is Kind.RESTORED and entry.of in ids]
    less = sum(entry.amount.minor for entry in taken) - sum(entry.amount.minor for entry in again)
    return payment.amount.model_copy(update={"minor": payment.amount.minor - less})


def struck_out(payment: Entry, too_much: Money, line: str) -> Reversal:
    """What a case counted of a payment that is credit of the account, by that line, does not count any more."""
    return Reversal(
        id=f"{line}:is-credit",
        payment=payment.id,
        amount=too_much,
        at=payment.at,
        reason="it is credit of the account already",
    )
