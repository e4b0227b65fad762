"""`rehearse`: the real workflow on virtual time against the sandbox, told day by day. Nothing is kept."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.errors import BadInputError, FailedError
from cli.shell.options import Json, Whole, day, now
from cli.shell.output import print_json, say
from cli.shell.preferences import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from temporalio.testing import TimeSkipper

    from dunning.money import Money
    from dunning.policy.file import Policy
    from operations.policies.rehearsal import Agrees, Comes, Rehearse
    from sandbox.story.diary import Line
    from sandbox.story.play import Life
    from sandbox.story.story import Story

_DAY = re.compile("-?[0-9]{1,4}")
_PLAYING = "playing the invoice's life on virtual time"
_GLANCE = 0.5
"""Seconds between two looks at the day."""
Days = Parameter(allow_leading_hyphen=True, consume_multiple=False)
"""Days before the due date are written `--pay -5=19.99`."""


def rehearse(
    *,
    policy: Annotated[str, Parameter(help="Name in the policies folder, or a path that ends in .toml.")],
    due: Annotated[str, Parameter(help="Due date, like 2026-12-01; it may not be past, a rehearsal starts now.")],
    zone: Annotated[str, Parameter(help="The account's time zone, like Europe/Berlin (default: the policy's).")] = "",
    amount: Annotated[str, Parameter(help='What is owed, like "USD 19.99" (the default).')] = "",
    pay: Annotated[tuple[str, ...], Days, Parameter(help="DAY=AMOUNT: money comes, days from the due date.")] = (),
    charge: Annotated[tuple[int, ...], Whole, Days, Parameter(help="DAY whose charge succeeds.")] = (),
    approve: Annotated[
        tuple[str, ...], Days, Parameter(help="DAY=STEP: a person approves a step; each time another one.")
    ] = (),
    json: Json = False,
) -> None:
    """Play one invoice's whole life on virtual time, and tell it day by day.

    Nobody pays, and every charge is declined, unless --pay and --charge say otherwise.
    """
    on = day(due, "--due")
    rules = policies().usable(policy)

    from rich.console import Console

    asked = _asked(rules, on, zone=zone, amount=amount, pay=pay, charge=charge)
    story = _story(rules, asked._replace(agreed=[_agrees(text) for text in approve]))
    with Console(stderr=True).status(_PLAYING) as shown:
        life = asyncio.run(_played(story, rules, lambda at: shown.update(f"{_PLAYING}: {at:%a %d %b %Y}")))
    if json:
        print_json(_as_json(life))
    else:
        _print(life)


def _asked(rules: Policy, due: date, *, zone: str, amount: str, pay: Sequence[str], charge: Sequence[int]) -> Rehearse:
    from operations.policies.rehearsal import Rehearse

    try:
        owed = _money(amount, rules.currency) if amount else None
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None
    if owed and owed.minor <= 0:
        raise BadInputError(f"--amount: {owed} must be positive")
    return Rehearse(due, zone, owed, [_comes(text, rules.currency) for text in pay], charge)


def _comes(text: str, currency: str) -> Comes:
    from operations.policies.rehearsal import Comes

    on, _, amount = text.partition("=")
    if not _DAY.fullmatch(on) or not amount:
        raise BadInputError(f"--pay: {text!r} is not DAY=AMOUNT; write it like 12=19.99")
    try:
        comes = Comes(int(on), _money(amount, currency))
    except ValueError as error:
        raise BadInputError(f"--pay: {error}") from None
    if comes.amount.minor <= 0:
        raise BadInputError(f"--pay: {comes.amount} must be positive")
    return comes


def _agrees(text: str) -> Agrees:
    from operations.policies.rehearsal import Agrees

    on, _, step = text.partition("=")
    if not _DAY.fullmatch(on) or not step:
        raise BadInputError(f"--approve: {text!r} is not DAY=STEP; write it like 91=delete")
    return Agrees(int(on), step)


def _money(text: str, currency: str) -> Money:
    from dunning.money import Money

    return Money.parse(text, None if " " in text else currency)


def _story(rules: Policy, asked: Rehearse) -> Story:
    """The rehearsal as the sandbox plays it."""
    from operations.policies.rehearsal import rehearsal
    from sandbox.story.story import Approves, Declines, Ends, Pay, Story

    made = rehearsal(rules, asked, now())
    payments = (
        Pay(day=each.day, amount=str(each.amount), id=f"rehearsed-{place}")
        for place, each in enumerate(made.money, start=1)
    )
    return Story(
        title="rehearsal",
        row=made.row,
        pay=tuple(payments),
        decline=tuple(Declines(day=each) for each in made.declined),
        approve=tuple(
            Approves(day=each.day, milestone=each.milestone, by=f"approver {place}")
            for place, each in enumerate(made.agreed, start=1)
        ),
        ends=Ends(outcome="open"),
        last_day=made.last_day,
    )


async def _played(story: Story, rules: Policy, passing: Callable[[datetime], None]) -> Life:
    from temporalio.service import RPCError

    from sandbox.stage.stage import stage
    from sandbox.stage.temporal_server import MissingServerError
    from sandbox.story.play import play

    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        async with stage() as made:
            skipper = await made.skipper()
            told = asyncio.create_task(_tell(skipper, story, passing))
            try:
                return await play(made, skipper, story, rules)
            finally:
                told.cancel()
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except MissingServerError as error:
        raise BadInputError(str(error)) from None
    except (RuntimeError, RPCError, OSError) as error:
        raise FailedError(f"the rehearsal could not be played: {error}") from None


async def _tell(skipper: TimeSkipper, story: Story, passing: Callable[[datetime], None]) -> None:
    """Say which day it is in the story, for whoever waits."""
    from temporalio.service import RPCError

    from dunning.names import workflow_id

    handle = skipper.client.get_workflow_handle(workflow_id(story.row.invoice))
    while True:
        await asyncio.sleep(_GLANCE)
        with contextlib.suppress(RPCError):  # not begun yet
            passing(await skipper.get_current_time(handle))


def _as_json(life: Life) -> dict[str, Any]:
    from sandbox.story.diary import diary, waits_for

    return {
        "policy": life.case.plan.policy,
        "due": life.case.invoice.due.isoformat(),
        "zone": life.case.plan.zone,
        "outcome": life.outcome or "open",
        "waits_for": waits_for(life) or None,
        "moved_days": life.case.shift_days,
        "lines": [_line(line) for line in diary(life)],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(timespec="seconds"),
        "day": line.day,
        "what": line.what,
        "notice": line.notice or None,
        "balance": str(line.owed),
        "level": line.level.value,
    }


def _print(life: Life) -> None:
    from sandbox.story.diary import diary, waits_for

    case = life.case
    say(f"{case.plan.policy} · {case.invoice.amount} · due {case.invoice.due} · times in {case.plan.zone}")
    for line in diary(life):
        say(f"  {line.text()}")
    if case.shift_days:
        say(f"Steps were late, so all later ones moved by {case.shift_days} day(s).")
    waiting = waits_for(life)
    say(f"Still open; it waits for {waiting}" if waiting else f"Over: {life.outcome}")
