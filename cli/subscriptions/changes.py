"""`change`, `pause`, `cancel`: what people ask of a subscription; it answers itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, day
from cli.shell.output import complain, print_json, say
from cli.subscriptions.subscribe import Lines, written_lines

if TYPE_CHECKING:
    from dunning.line import Line
    from dunning.subscriptions.rules import Quote
    from operations.subscriptions.changes import Told

Id = Annotated[str, Parameter(help="Id of the subscription, such as bakery-web.")]
By = Annotated[str, Parameter("--by", help="Who decides this; kept with the subscription.")]
Reason = Annotated[str, Parameter(help="Why; kept with the subscription.")]


async def change(
    subscription: Id,
    /,
    *,
    by: By,
    reason: Reason,
    line: Lines = (),
    period: Annotated[str | None, Parameter(help="Another period, such as yearly.")] = None,
    policy: Annotated[str | None, Parameter(help="Another policy, for its invoices to come.")] = None,
    pays_for: Annotated[
        tuple[str, ...], Parameter(help="Ids of the services that it pays for from then on (default: as before).")
    ] = (),
    yes: Annotated[bool, Parameter(negative="", help="Agree to the quote; else it is only told.")] = False,
    json: Json = False,
) -> None:
    """Tell what a change would mean, and with --yes do it: it holds from the next renewal that is not opened yet.

    What is not named stays; lines that are named are all that there are then. Safe to repeat.
    """
    if not (line or pays_for or period is not None or policy is not None):
        raise BadInputError("nothing to change: name --line, --period, --policy or --pays-for")
    lines = _lines(line) if line else None
    from operations.subscriptions.changes import Wanted

    wanted = Wanted(by, reason, lines, pays_for or None, policy, _period(period))
    async with composed() as made:
        quoted, asked = await made.subscriptions.quote(subscription, wanted)
        told = await made.subscriptions.change(subscription, asked) if yes else None
    if json:
        quote = {**quoted._asdict(), "before": str(quoted.before), "after": str(quoted.after)}
        print_json({"quote": quote, "agreed": bool(told), "changed": bool(told and told.changed)})
        return
    say(f"{subscription}: {_quote(quoted)}")
    if told is None:
        say("Nothing was changed; say --yes to agree.")
    else:
        _say(subscription, told, "it is agreed", json=False)


async def pause(
    subscription: Id,
    /,
    *,
    until: Annotated[str, Parameter(help="Day of return, like 2026-12-31: the next period begins then.")],
    by: By,
    reason: Reason,
    json: Json = False,
) -> None:
    """Pause a subscription from the end of what is billed until a day; from then on its dates are counted.

    Given again with another day, it moves that day. Services stay as they are. Safe to repeat.
    """
    on = day(until, "--until")
    async with composed() as made:
        from dunning.subscriptions.subscription import Pause

        _check(by, reason)
        told = await made.subscriptions.pause(subscription, Pause(until=on, by=by, reason=reason))
    its = told.subscription
    since = its.paused.since if its.paused else its.renews_on
    _say(subscription, told, f"paused from {since}; the next period begins on {its.renews_on}", json=json)


async def cancel(
    subscription: Id,
    /,
    *,
    by: By,
    reason: Reason,
    now: Annotated[bool, Parameter(help="At once, and not with what is billed last.")] = False,
    keep: Annotated[bool, Parameter(help="Take a cancellation back that is yet to come.")] = False,
    json: Json = False,
) -> None:
    """End a subscription with what is billed last; nothing is billed any more. Invoices that are open stay owed.

    Services stay as they are. Safe to repeat.
    """
    if now and keep:
        raise BadInputError("give either --now or --keep")
    async with composed() as made:
        from dunning.subscriptions.subscription import Cancel

        _check(by, reason)
        when = "now" if now else "never" if keep else "period-end"
        told = await made.subscriptions.cancel(subscription, Cancel(when=when, by=by, reason=reason))
    if keep:
        told = told._replace(open_invoices=())
    its = told.subscription
    outcome = "cancelled" if its.ended else f"ends on {its.ends}" if its.ends else f"renews on {its.renews_on}"
    _say(subscription, told, outcome, json=json)


def _check(by: str, reason: str) -> None:
    if not (by.strip() and reason.strip()):
        raise BadInputError("--by and --reason: say who decides this, and why")


def _lines(typed: tuple[str, ...]) -> tuple[Line, ...]:
    from pydantic import ValidationError

    from operations.invoices.new_line import NewLine, as_lines

    try:
        read = [NewLine.model_validate(each) for each in written_lines(typed)]
    except ValidationError as error:
        raise BadInputError(f"--line: {reasons(error)[0]}") from None
    return as_lines(read)


def _period(text: str | None) -> str | None:
    from dunning.subscriptions.period import period

    try:
        return None if text is None else period(text)
    except ValueError as error:
        raise BadInputError(f"--period: {error}") from None


def _quote(quoted: Quote) -> str:
    return (
        f"from {quoted.since} on {quoted.after} {quoted.period_after} instead of {quoted.before} "
        f"{quoted.period_before}; the first invoice of it is opened {quoted.opens_at:%Y-%m-%d %H:%M} UTC"
    )


def _say(subscription: str, told: Told, outcome: str, *, json: bool) -> None:
    if json:
        its = told.subscription
        print_json(
            {
                "subscription": its.id,
                "changed": told.changed,
                "renews_on": None if its.ended or its.ends else its.renews_on,
                "ends": its.ends,
                "ended": its.ended or None,
                "open_invoices": told.open_invoices,
            }
        )
        return
    say(f"{subscription}: {outcome}" + ("" if told.changed else " (it was so already)"))
    for number in told.open_invoices:
        complain(f"{number} is open for a period to come: `void` it if nobody shall pay it")
