"""The gateway's books against ours, one piece of money at a time.

Money that moved is in our books when the invoice's ledger has it, or the account's credits, or when a ticket asks a
person about it because nothing here matches it.
"""

from collections.abc import Iterable
from datetime import datetime

from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, Entry, Kind, find
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, ChargeResult
from dunning.fleet.sweep import WORKFLOW, Compared, CompareOrder, nothing
from dunning.fleet.sweep_report import Healed, Mismatch, SweepReport, Unconfirmed
from dunning.money import Money
from dunning.policy.step_names import key
from dunning.records.credit import UNMATCHED, back_line, late_line, restored_line
from dunning.records.inbox import News, NewsOutcome
from dunning.records.payments import Attempt
from dunning.tickets.money import late_step, refused_step

Moved = Payment | Reversal | Restored


def moved(news: News) -> Moved | None:
    """The money that the news are about, if they are about money that moved."""
    return news.fact if isinstance(news.fact, Payment | Reversal | Restored) else None


LINES: dict[type[Moved], tuple[Kind, ...]] = {Payment: MONEY_IN, Reversal: TAKEN_BACK, Restored: (Kind.RESTORED,)}


def in_ledger(entries: tuple[Entry, ...], fact: Moved) -> Money | None:
    """The amount under which a ledger has it."""
    entry = find(entries, fact.id, LINES[type(fact)])
    return entry.amount if entry else None


def credit_lines(invoice: str, fact: Moved) -> tuple[str, ...]:
    """The ids under which the account's credits may have it."""
    match fact:
        case Payment():
            return (late_line(invoice, fact.id),)
        case Reversal():
            return (back_line(invoice, fact.id),)
        case Restored():
            return late_line(invoice, fact.id), restored_line(invoice, fact.id)


def ticket_keys(invoice: str, fact: Moved) -> tuple[str, ...]:
    """The keys of the tickets that a person may have got about it, when nothing here matched it or it was refused."""
    return key(invoice or UNMATCHED, late_step(fact.id)), key(invoice, refused_step(fact.id))


def same(ours: Money, theirs: Money) -> bool:
    """Whether both books mean the same money; credits count what was taken back as negative."""
    return ours.currency == theirs.currency and abs(ours.minor) == abs(theirs.minor)


def judged(part: CompareOrder, news: News, ours: Money | None) -> Compared:
    """What comes of one piece of money that moved: `ours` is its amount in our books, None when they lack it."""
    fact, report = moved(news), nothing(part)
    assert fact is not None
    seen = {"payments": 1} if isinstance(fact, Payment) else {"reversals": 1}
    if ours is None:
        return Compared(report=report.model_copy(update=seen), missing=(news,))
    if same(ours, fact.amount):
        return Compared(report=report.model_copy(update=seen | {"in_order": 1}))
    wrong = Mismatch(invoice=news.invoice, id=fact.id, ours=ours, theirs=fact.amount)
    return Compared(report=report.model_copy(update=seen | {"mismatched": 1, "mismatches": (wrong,)}))


def confirmed(part: CompareOrder, attempt: Attempt, result: ChargeResult) -> SweepReport:
    """What comes of a charge of ours that was not among what the company has in that time, now that it was asked."""
    report = nothing(part)
    if not isinstance(result, Charged):
        lost = Unconfirmed(invoice=attempt.invoice, id=attempt.payment or attempt.key, amount=attempt.amount)
        return report.model_copy(update={"unconfirmed": 1, "unknown": (lost,)})
    if same(attempt.amount, result.amount):
        return report.model_copy(update={"in_order": 1})
    wrong = Mismatch(invoice=attempt.invoice, id=attempt.payment, ours=attempt.amount, theirs=result.amount)
    return report.model_copy(update={"mismatched": 1, "mismatches": (wrong,)})


def healed(part: CompareOrder, news: News, outcome: NewsOutcome) -> SweepReport:
    """What comes of money that was brought to its case."""
    fact = moved(news)
    assert fact is not None
    if outcome == "ignored":
        return nothing(part)
    count = "payments_healed" if isinstance(fact, Payment) else "reversals_healed"
    line = Healed(invoice=news.invoice, id=fact.id, amount=fact.amount, outcome=outcome)
    return nothing(part).model_copy(update={count: 1, "healed": (line,)})


def unanswered(part: CompareOrder, invoice: str) -> SweepReport:
    """The invoice's case did not answer."""
    return nothing(part).model_copy(update={"unanswered": 1, "silent": (invoice,)})


def by_invoice(news: Iterable[News]) -> dict[str, tuple[News, ...]]:
    """The news of each invoice; those that name none are together, too."""
    groups: dict[str, list[News]] = {}
    for each in news:
        groups.setdefault(each.invoice, []).append(each)
    return {invoice: tuple(group) for invoice, group in groups.items()}


def once(news: Iterable[News]) -> tuple[News, ...]:
    """News of money that moved, each piece once: companies tell the same more than once, and much besides."""
    facts = ((moved(each), each) for each in news)
    first: dict[tuple[type[Moved], str], News] = {}
    for fact, each in facts:
        if fact:
            first.setdefault((type(fact), fact.id), each)
    return tuple(first.values())


def in_order(news: Iterable[News]) -> tuple[News, ...]:
    """Payments, then what was taken back, then what came again; each oldest first."""
    facts = [(fact, each) for each in news if (fact := moved(each))]
    return tuple(each for _, each in sorted(facts, key=lambda pair: _turn(pair[0])))


def _turn(fact: Moved) -> tuple[int, datetime]:
    return list(LINES).index(type(fact)), fact.at


def asking_about(attempt: Attempt) -> ChargeOrder:
    """An order that asks the company what became of the attempt's payment; it charges nothing."""
    return ChargeOrder(
        invoice=attempt.invoice,
        account=attempt.account,
        step=WORKFLOW,
        at=attempt.at,
        amount=attempt.amount,
        ask_only=True,
        payment=attempt.payment,
    )
