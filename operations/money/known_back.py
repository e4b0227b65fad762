"""What our books know of money that a person says was taken back, or came again: looked up before it is written."""

from typing import NamedTuple

from dunning.case.case import Case
from dunning.case.facts import Restored, Reversal
from dunning.case.ledger import MONEY_IN, find
from dunning.money import Money
from dunning.payments.taken_back import left_of, news_in
from dunning.policy.invoice_number import typed
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.records.claims import TakenBackNews
from dunning.records.credit import UNMATCHED, late_line
from dunning.rules.updates import restored_refused, reversal_refused
from operations.cases.look import CaseOf
from operations.errors import RefusedError
from operations.money.late_money import LateRecords

_SHOWN = 10
_NOTHING = "nothing was recorded"


class _Books(NamedTuple):
    """The invoice's case, running or closed, and all that was told of money taken back, each once."""

    case: Case | None
    news: tuple[TakenBackNews, ...]


class KnownTakenBack:
    """Reads only. All raise RefusedError, and StoreOutageError.

    While the case does not answer nothing can be looked up, and that is no reason to refuse money news: a case takes
    them in any order, and what fits nothing becomes a ticket.
    """

    def __init__(self, store: LateRecords, case_of: CaseOf) -> None:
        self._store = store
        self._case_of = case_of

    async def check_reversal(self, invoice: str, reversal: Reversal, *, force: bool) -> None:
        """Refuse more than is left of the payment, another currency, and another story under a known id.

        Unless forced, also what is about money that no books have.
        """
        books = await self._books(invoice)
        if books is None or _told_before(invoice, reversal, books.news):
            return
        money = await self._money(invoice, reversal.payment, books.case)
        if money:
            _fits(invoice, reversal.amount, money, left_of(money, reversal.payment, books.news), reversal.payment)
        elif books.case and (reason := reversal_refused(books.case, reversal)):
            raise RefusedError(f"{reason}: {_NOTHING}", field="amount")
        elif not force and not _under_way(reversal.payment, books.case):
            have = [entry.id for entry in books.case.entries if entry.kind in MONEY_IN] if books.case else []
            raise RefusedError(_unknown("payment", reversal.payment, invoice, have), field="payment")

    async def check_restored(self, invoice: str, fact: Restored, *, force: bool) -> None:
        """The same for money that came again after a reversal."""
        books = await self._books(invoice)
        if books is None or _told_before(invoice, fact, books.news):
            return
        taken = {each.id: each for each in books.news if isinstance(each, Reversal)}
        if known := taken.get(fact.reversal):
            again = [e for e in books.news if isinstance(e, Restored) and e.reversal == known.id]
            left = known.amount.minor - sum(e.amount.minor for e in again)
            left_money = known.amount.model_copy(update={"minor": max(0, left)})
            _fits(invoice, fact.amount, known.amount, left_money, fact.reversal)
        elif books.case and (reason := restored_refused(books.case, fact)):
            raise RefusedError(f"{reason}: {_NOTHING}", field="amount")
        elif not force:
            raise RefusedError(_unknown("reversal", fact.reversal, invoice, list(taken)), field="reversal")

    async def _books(self, invoice: str) -> _Books | None:
        try:
            case = await self._case_of(invoice)
        except StoreOutageError:
            raise
        except OutageError:
            return None
        known = (*await self._store.remembered(invoice), *(news_in(case.entries) if case else ()))
        return _Books(case, tuple({(each.kind, each.id): each for each in reversed(known)}.values()))

    async def _money(self, invoice: str, payment: str, case: Case | None) -> Money | None:
        """What came under that id: as the ledger has it, or the credit that it became."""
        entry = find(case.entries, payment, MONEY_IN) if case else None
        if entry:
            return entry.amount
        lines = (late_line(invoice, payment), late_line(UNMATCHED, payment))
        found = [credit for line in lines if (credit := await self._store.credit(line))]
        return found[0].amount if found else None


def _under_way(payment: str, case: Case | None) -> bool:
    return bool(case) and any(attempt.payment == payment for attempt in case.attempts)


def _told_before(invoice: str, fact: TakenBackNews, news: tuple[TakenBackNews, ...]) -> bool:
    """Whether the same was entered before, which is harmless. Raises RefusedError for something else by that id."""
    known = next((each for each in news if each.kind == fact.kind and each.id == fact.id), None)
    if known is None:
        return False
    if (known.amount, _about(known)) == (fact.amount, _about(fact)):
        return True
    raise RefusedError(
        f"{fact.id!r} was entered before, as {known.amount} of {_about(known)}: {_NOTHING}. "
        "Something else needs an id of its own",
        about=invoice,
        field="id",
    )


def _about(fact: TakenBackNews) -> str:
    return fact.payment if isinstance(fact, Reversal) else fact.reversal


def _fits(invoice: str, amount: Money, whole: Money, left: Money, of: str) -> None:
    if amount.currency != whole.currency:
        reason = f"{amount} is no part of {of!r}, which is {whole}"
    elif left < amount:
        reason = f"{amount} is more than the {left} that is left of {of!r}"
    else:
        return
    raise RefusedError(f"{reason}: {_NOTHING}. `starter.py show {typed(invoice)}` lists what came", field="amount")


def _unknown(what: str, name: str, invoice: str, have: list[str]) -> str:
    known = f"it has {', '.join(have[:_SHOWN])}" + (" ..." if len(have) > _SHOWN else "") if have else "it has none"
    return (
        f"no books here know the {what} {name!r} of {invoice}; {known}. Nothing was recorded. With --force this waits "
        f"for the {what} and counts once it comes"
    )
