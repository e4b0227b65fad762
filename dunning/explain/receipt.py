"""Why everything about an invoice happened: each step with its policy and rule, each notice with its delivery.

Pure: from the case, the archive of its notices, and its charge attempts. `for_customer` leaves out what is not the
customer's business: names and notes of staff, full addresses, codes of the gateway.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from dunning.case.case import Case, Done
from dunning.case.ledger import Entry, Kind
from dunning.explain.because import Known, because
from dunning.explain.clock import clock_of, waits_of
from dunning.explain.model import Line, Receipt
from dunning.explain.next_step import next_step
from dunning.explain.proof import proof
from dunning.explain.temporal_ui import clock
from dunning.explain.words import decision, deed, line_of, lines_by, taken_up, undone_run
from dunning.payments.refusals import next_attempt
from dunning.policy.plan import Action
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import charge_key, read
from dunning.records.mail import NoticeCopy
from dunning.records.payments import Attempt
from dunning.rules.state_at import state_at
from dunning.rules.upcoming import Waiting


def receipt(
    case: Case,
    now: datetime,
    notices: Iterable[NoticeCopy] = (),
    attempts: Iterable[Attempt] = (),
    *,
    waiting: Waiting,
    for_customer: bool = False,
) -> Receipt:
    """The receipt of an invoice whose facts are known, running or closed; `now` is the case's own time.

    `waiting` is as in `dunning.rules.upcoming`.
    """
    known = Known(case, {n.id: n for n in notices}, {a.key: a for a in attempts}, for_customer)
    lines = sorted((*_facts(known), *_under_way(known), *_steps(known)), key=lambda line: line.at)
    return Receipt(
        invoice=case.invoice.number,
        account=case.invoice.account,
        policy=case.plan.policy,
        version=case.plan.version,
        state=state_at(case, now),
        balance=case.balance,
        level=case.level.value,
        pays_for=() if for_customer else case.invoice.pays_for,
        coming=next_step(case, now, waiting),
        clock=tuple(clock_of(case, now)),
        waits=tuple(waits_of(case, for_customer=for_customer)),
        lines=tuple(lines),
    )


def attempt_keys(case: Case) -> tuple[str, ...]:
    """The keys under which the store has the charge attempts of the case."""
    steps = dict.fromkeys(a.step for a in case.attempts if read(a.step).kind is not StepKind.UNDERWAY)
    return tuple(charge_key(case.invoice.number, step, next_attempt(case, step)) for step in steps)


def _line(known: Known, at: datetime, what: str, why: str = "", proof_: str = "") -> Line:
    return Line(at=at, when=clock(known.case, at), what=what, because=why, proof=proof_)


def _steps(known: Known) -> Iterator[Line]:
    for done in known.case.done:
        if done.action in (Action.CLOSE, Action.TICKET) and known.for_customer:
            continue
        yield _line(known, done.at, _what(known, done), because(known, done), proof(known, done))


def _what(known: Known, done: Done) -> str:
    if known.for_customer and done.kind == "declined":
        return "charge declined"
    if known.for_customer and done.kind == "undelivered":
        return f'"{done.notice or done.step}" could not be delivered'
    title = f' "{done.notice}"' if done.notice else ""
    return deed(known.case, done) + title + (" (undone since)" if _is_undone(known.case, done) else "")


def _is_undone(case: Case, done: Done) -> bool:
    return done.undone and any(done.step in run.steps and done.at <= run.at for run in case.runs)


def _facts(known: Known) -> Iterator[Line]:
    """What came from outside: money, waivers, voids, undos, what people decided, messages that nobody could read."""
    case = known.case
    ours = {entry.id for done in case.done for entry in lines_by(case, done)}
    for entry in case.entries[1:]:
        if entry.id not in ours:
            yield _entry(known, entry)
    for run in case.runs:
        yield _line(known, run.at, "a mistake of ours was undone" if known.for_customer else undone_run(run))
    for each in case.recoveries if not known.for_customer else ():
        yield _line(known, each.at, taken_up(each))
    for each in case.decided if not known.for_customer else ():
        yield _line(known, each.at, decision(each), "a person decided it")
    for hint in case.hints if not known.for_customer else ():
        what = f"{hint.name} came without a signature: {hint.id} {hint.said}".rstrip()
        yield _line(known, hint.at, what, "the gateway was asked" if hint.payment else "a ticket was opened")
    for message in case.unreadable if not known.for_customer else ():
        yield _line(known, message.at, f"a {message.signal} message could not be read", "a ticket was opened")


SOURCES = {
    Kind.BROUGHT: "it was too little to be asked for before",
    Kind.PAYMENT: "money came",
    Kind.PARKED: "money came that could not be counted here; it is credit of the account",
    Kind.REVERSAL: "the money was taken back",
    Kind.CHARGEBACK: "the customer's bank took the money back in a dispute",
    Kind.RESTORED: "money that had been taken back came again",
    Kind.WAIVER: "it is not asked for any more",
    Kind.VOID: "the invoice was declared a mistake",
    Kind.UNVOIDED: "a wrong run had voided the invoice",
}


def _entry(known: Known, entry: Entry) -> Line:
    note = "" if known.for_customer else entry.note
    bare = entry.model_copy(update={"note": note})
    outside = entry.kind in (Kind.PAYMENT, Kind.PARKED, Kind.REVERSAL, Kind.CHARGEBACK, Kind.RESTORED)
    proof = f"payment {entry.id}" if outside else f"of {entry.of}" if entry.of else ""
    return _line(known, entry.at, line_of(bare), SOURCES.get(entry.kind, ""), proof)


def _under_way(known: Known) -> Iterator[Line]:
    """Charges that have no end yet."""
    for attempt in known.case.attempts:
        if attempt.ask_at:
            words = "a debit is on its way" if attempt.kind == "pending" else "a charge of which nothing is known yet"
            proof = f"payment {attempt.payment}" if attempt.payment else ""
            asked = f"we ask the gateway again {clock(known.case, attempt.ask_at)}"
            yield _line(known, attempt.began, f"{words} ({attempt.step})", asked, proof)
