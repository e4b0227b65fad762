"""`show`: one invoice: what happened, its ledger, and what comes next, when and why."""

from datetime import datetime
from typing import Any

from cli.invoices.story import closed_story, story
from cli.shell.cases import NoAnswerError, NoCaseError, facts
from cli.shell.connections import open_client, open_store
from cli.shell.errors import BadInputError
from cli.shell.options import Json, Number, now
from cli.shell.output import console, print_json
from dunning.case.case import Case
from dunning.case.decisions import Finish, Step, Wait
from dunning.case.state import state
from dunning.explain.temporal_ui import coming
from dunning.records.books import ClosedLedger
from dunning.rules.machine import decide


async def show(invoice: Number, /, *, json: Json = False) -> None:
    """Show an invoice: what happened, its ledger, and what comes next, when and why."""
    async with open_client() as client:
        try:
            case = await facts(client, invoice)
        except (NoCaseError, NoAnswerError) as error:
            _show_closed(await _closed(invoice, error), json=json)
            return
    at = _present(case)
    step = decide(case, at)
    if json:
        print_json(as_json(case, at, step))
    else:
        console().print(*story(case, at, step), sep="\n")


def _present(case: Case) -> datetime:
    """Now; but a case on virtual time may be ahead of us."""
    return max(now(), case.opened_at, *(done.at for done in case.done))


def as_json(case: Case, at: datetime, step: Step) -> dict[str, Any]:
    """The whole case, and what is derived from it."""
    derived = {
        "source": "case",
        "balance": case.balance.model_dump(),
        "state": state(case, at),
        "overdue_days": case.overdue_days(at),
        "next": _next(step),
    }
    return case.model_dump(mode="json") | derived


def _next(step: Step) -> dict[str, str | None] | None:
    if isinstance(step, Finish):
        return None
    waits_until = step.until.isoformat() if isinstance(step, Wait) and step.until else None
    return {"step": coming(step), "at": waits_until, "why": step.why}


async def _closed(invoice: str, error: NoCaseError | NoAnswerError) -> ClosedLedger:
    async with open_store() as store:
        closed, known = await store.ledger(invoice), await store.invoice(invoice)
    if closed:
        return closed
    if isinstance(error, NoAnswerError):
        raise error
    if known:
        raise BadInputError(
            f"{invoice}: it is in the store but has no case: run `starter.py start` with its file again"
        )
    raise BadInputError(f"{invoice}: there is no such invoice; `starter.py list --all` shows those there are")


def _show_closed(closed: ClosedLedger, *, json: bool) -> None:
    if json:
        print_json({**closed.model_dump(mode="json"), "source": "closed ledger", "state": closed.outcome, "next": None})
    else:
        console().print(*closed_story(closed), sep="\n")
