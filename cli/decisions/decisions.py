"""What people decide about an invoice: promise, waive, approve, charge, void, due. The case itself says yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import By, Json, Number, Signed, day
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from dunning.records.inbox import Decision

Reason = Annotated[str, Parameter(help="Why; kept in the case.")]


async def promise(
    invoice: Number,
    /,
    *,
    until: Annotated[str, Parameter(help="The customer pays by the end of this day, like 2026-12-20.")],
    reinstate: Annotated[
        bool, Parameter(negative="", help="Give the service back until then, though nothing is paid yet.")
    ] = False,
    by: Signed = "",
    json: Json = False,
) -> None:
    """Take a promise to pay: until that day is over nothing happens to the customer.

    If nothing is paid by then, the plan goes on where it stood: what was given back is restricted again.
    """
    on = day(until, "--until")

    from dunning.case.facts import Promise

    await _decide(invoice, Promise, {"until": on, "reinstate": reinstate, "by": by}, json)
    if reinstate and not json:
        say(f"{invoice}: what it restricts goes back now, and is restricted again once {on} is over, unless it is paid")


async def waive(
    invoice: Number,
    entry: Annotated[str, Parameter(help="Id of the charge in the ledger, such as late-fee; `show` lists them.")],
    /,
    *,
    amount: Annotated[str | None, Parameter(help='Only so much of it, like "USD 5.00".')] = None,
    give_back: Annotated[bool, Parameter(help="What was paid for it becomes credit of the account.")] = False,
    by: Signed = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Do not ask for a charge any more, such as a late fee, or for a part of it.

    What was paid stays paid, so no more is waived than is owed.
    """
    from dunning.case.facts import Waiver
    from dunning.money import Money

    try:
        part = Money.parse(amount) if amount is not None else None
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None
    values: dict[str, object] = {
        "entry": entry,
        "amount": part,
        "give_back": give_back,
        "by": by,
        "reason": reason,
    }
    await _decide(invoice, Waiver, values, json)


async def approve(
    invoice: Number,
    milestone: Annotated[str, Parameter(help="Name of the step that waits for approval, such as delete.")],
    /,
    *,
    by: By,
    json: Json = False,
) -> None:
    """Agree to a step that a policy leaves to people, such as a deletion."""
    from dunning.case.facts import Approval

    await _decide(invoice, Approval, {"milestone": milestone, "by": by}, json)


async def charge(
    invoice: Number,
    /,
    *,
    leave_out: Annotated[
        bool, Parameter(negative="", help="Go on with the policy without this charge, instead of trying it now.")
    ] = False,
    by: By,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Try a charge again now that the gateway refused as malformed, or leave it out."""
    from dunning.case.facts import RefusedCharge

    await _decide(invoice, RefusedCharge, {"leave_out": leave_out, "by": by, "reason": reason}, json)


async def void(invoice: Number, /, *, reason: Reason, by: Signed = "", json: Json = False) -> None:
    """Declare the invoice a mistake: nothing is owed, and what was restricted is reinstated."""
    from dunning.case.facts import Void

    await _decide(invoice, Void, {"reason": reason, "by": by}, json)


async def due(
    invoice: Number,
    date: Annotated[str, Parameter(help="The new due date, like 2026-12-20.")],
    /,
    *,
    by: Signed = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Move the due date: all steps still to come move by the same days."""
    on = day(date, "DATE")

    from dunning.case.facts import DueDateChange

    await _decide(invoice, DueDateChange, {"due": on, "by": by, "reason": reason}, json)


async def _decide(invoice: str, model: type[Decision], values: dict[str, object], json: bool) -> None:
    from pydantic import ValidationError

    try:
        decision = model.model_validate(values)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None
    async with composed(server="if there") as made:
        answer = await made.decisions.decide(invoice, decision)
    if json:
        print_json({"invoice": invoice, "outcome": answer.outcome, "balance": answer.balance, "state": answer.state})
    else:
        say(f"{invoice}: {answer.outcome}; balance {answer.balance}, state {answer.state}")
