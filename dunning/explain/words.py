"""What happened, in plain words: the same in Temporal's UI, on the command line and in the demo's diary."""

from collections.abc import Iterator
from datetime import datetime

from dunning.case.case import Case, Decided, Done, UndoneRun
from dunning.case.facts import Recovery
from dunning.case.ledger import FEES_AND_VOIDS, Entry, Kind
from dunning.policy.plan import LEVEL_OF, Action, Milestone
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import in_turn, made_for, read

DEEDS = {
    (Action.ISSUE, ""): "invoice issued",
    (Action.NOTIFY, ""): "notice sent",
    (Action.ISSUE, "bounced"): "invoice came back",
    (Action.NOTIFY, "bounced"): "notice came back",
    (Action.CHARGE, "charged"): "charged {detail}",
    (Action.CHARGE, "declined"): "charge declined ({detail})",
    (Action.CHARGE, "no_method"): "not charged: {no_method}",
    (Action.LATE_FEE, ""): "late fee: {amount}",
    (Action.WARN_ADMINS, ""): "owners warned at login",
    (Action.LOCK, ""): "locked",
    (Action.SUSPEND, ""): "suspended",
    (Action.DEACTIVATE, ""): "marked inactive",
    (Action.DELETE, ""): "deleted",
    (Action.DELETE_BACKUPS, ""): "back-ups deleted",
    (Action.CREDIT, ""): "{amount} kept as credit",
    (Action.CARRY, ""): "{amount} carried to the next invoice",
    (Action.REFUND, "refunded"): "{detail} given back",
    (Action.REFUND, "declined"): "refund declined ({detail})",
    (Action.REINSTATE, ""): "reinstated ({detail})",
    (Action.MOVE_DUE, ""): "due date moved to {detail}",
    (Action.TICKET, ""): "ticket: {detail}",
    (Action.REOPEN, ""): "open again: money was taken back",
    (Action.USE_CREDIT, ""): "{detail} of the account's credit used",
    (Action.CLOSE, ""): "books closed: {detail}",
    (Action.ASK, ""): "the gateway asked",
    (Action.CARD, ""): "card looked at: {detail}",
    (Action.LOOSEN, ""): "loosened after our mistake ({detail})",
}
"""What each step is called, by action and result; an empty result stands for any other."""


def what_is_read(milestone: Milestone) -> str:
    """What the customer reads at a step of the plan: the same words in tables and pictures."""
    return f"if it fails: {milestone.notice_failed}" if milestone.notice_failed else milestone.notice


def deed(case: Case, done: Done) -> str:
    """A step that is over: `suspended`, `notice sent "First Invoice Overdue Notice"`."""
    if done.kind == "undelivered":
        return f"{done.step} could not be delivered: {done.detail}"
    if done.kind == "elsewhere":
        return f"{done.step} done by the system before us: {done.detail}"
    if done.kind in ("not_ours", "skipped"):
        return f"{done.step} left out: {done.detail}"
    if read(done.step).kind is StepKind.LOOSEN_PROMISED:
        return f"given back while payment is promised ({done.detail})"
    entries = lines_by(case, done)
    amount = str(entries[0].amount) if entries else "nothing"
    words = DEEDS.get((done.action, done.kind)) or DEEDS.get((done.action, "")) or done.step
    extra = [line_of(e) for e in entries if e.kind in (Kind.REACTIVATION_FEE, Kind.VOID)]
    return ", ".join(
        [words.format(detail=done.detail, amount=amount, no_method=done.detail or "no payment method on file"), *extra]
    )


def undone_run(run: UndoneRun) -> str:
    """A wrong run that was undone: `undo 4f1c by Ann (clock set wrong): suspend, suspend:told do not count`."""
    who = f" by {run.undo.by}" if run.undo.by else ""
    why = f" ({run.undo.reason})" if run.undo.reason else ""
    what = ", ".join(run.steps) or run.pending or ", ".join(run.entries)
    return f"undo {run.undo.id}{who}{why}: " + (f"{what} undone" if what else "nothing could be undone")


def taken_up(each: Recovery) -> str:
    """A case that the server had ended: `taken up again by Ann (a slip of the mouse): it had been terminated`."""
    return f"taken up again by {each.by} ({each.reason}): the server had ended it ({each.how})"


def decision(each: Decided) -> str:
    """What a person decided: `due date moved to 2026-12-20 by Ann (they were on holiday)`."""
    return f"{each.what} by {each.by or 'somebody unnamed'}" + (f" ({each.reason})" if each.reason else "")


def line_of(entry: Entry) -> str:
    """A ledger line: `payment USD 19.99`."""
    return f"{entry.kind.value.replace('_', ' ')} {entry.amount}" + (f" ({entry.note})" if entry.note else "")


def lines_by(case: Case, done: Done) -> tuple[Entry, ...]:
    """The ledger lines that a step wrote, in the ledger's order."""
    names = {done.step, *(a.payment for a in case.attempts if a.step == done.step and a.payment)}
    if done.action in (*LEVEL_OF, Action.LOOSEN):
        names |= {made_for(done.step, About.REACTIVATION_FEE), made_for(done.step, About.VOID)}
    places = {place for name in names for place in case.places.get(name, ())}
    if case.runs:  # a fee that was undone comes again under another id
        fees = [place for place in case.fees if in_turn(case.entries[place].id, 1) in names]
        places = {place for place in (*places, *fees) if not _of_another_time(case.entries[place], done)}
    return tuple(case.entries[place] for place in sorted(places))


def _of_another_time(entry: Entry, done: Done) -> bool:
    return entry.kind in FEES_AND_VOIDS and entry.at != done.at


def story_of(case: Case, latest: int = 0) -> Iterator[tuple[datetime, str]]:
    """All that happened, in order: steps, and the facts that came from outside. UTC instants.

    `latest`: only so many of the last steps, and of the last facts; 0 means all.
    """
    told = [(run.at, undone_run(run)) for run in case.runs]
    told += [(each.at, taken_up(each)) for each in case.recoveries]
    told += [(each.at, decision(each)) for each in case.decided[-latest:]]
    told += [(done.at, deed(case, done) + (f' "{done.notice}"' if done.notice else "")) for done in case.done[-latest:]]
    ours = {entry.id for done in case.done for entry in lines_by(case, done)}
    facts = case.entries[1:]
    told += [(entry.at, line_of(entry)) for entry in facts[-latest:] if entry.id not in ours]
    yield from sorted(told, key=lambda fact: fact[0])
