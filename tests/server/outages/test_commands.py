"""The store, or Temporal, goes away in the middle of each command that writes: before it has heard, and after.

Either it is back in time, and nobody notices; or it is not, and one sentence says so. In both cases nothing is half
done, and the same command again ends as if nothing had been.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, NamedTuple

import pytest

from tests.cli.command import Said
from tests.server.outages.conftest import Gated
from tests.server.outages.gates import Gate, Lost
from tests.server.outages.preparing import MAIL, NAME
from tests.server.outages.seen import seen
from tests.server.outages.writing import WRITING

Operating = Callable[..., Awaitable[Said]]
PLACES = int(os.environ.get("OUTAGE_PLACES", "1"))
"""So many places in the middle of each command, of each side; OUTAGE_PLACES=199 are all.

One: each command has one of one side, and no two commands the same.
"""
_BACK = 1 if PLACES > 1 else 3
"""Of so many commands one is tried with what is back in time: what stays away asks for more, and is tried with all."""
LATER = 0.2 if PLACES == 1 else 1.0
"""Seconds in which a case does what follows at once."""
_GOLDEN = 0.6180339887
"""Multiples of it, without what is before the point, lie everywhere between 0 and 1, however many there are."""
_PROGRESS = re.compile(r"^\d+ cases \.\.\.\n", re.MULTILINE)
_LOST: tuple[Lost, ...] = ("request", "answer")
SHORT, LONG = "0.3", "10"
WHICH = ("store", "temporal")
_numbers = count(1)


class Reference(NamedTuple):
    """An invoice whose command nothing disturbed, and how often that asked each side."""

    number: str
    requests: dict[str, int]


REFERENCES: dict[str, Reference] = {}
"""By command, of this session."""


class Case:
    """One command on one stage, typed for one invoice after the other."""

    def __init__(self, gated: Gated, operate: Operating, client: Any, name: str) -> None:
        self.gated, self.operate, self.client = gated, operate, client
        self.name, self.writing = name, WRITING[name]

    async def fresh(self) -> str:
        number = f"AWAY-{next(_numbers):05}"
        await self.writing.prepare(self.gated.stage, self.client, number)
        return number

    async def typed(self, number: str) -> Said:
        said = await self.operate(*self.writing.words(number), stdin=self.writing.stdin(number))
        return said._replace(err=_PROGRESS.sub("", said.err))

    async def seen(self, number: str) -> dict[str, Any]:
        return await seen(self.gated.stage, self.client, number, self.writing.more)

    async def reference(self) -> Reference:
        """What a run does that nothing disturbs."""
        if self.name not in REFERENCES:
            number = await self.fresh()
            gates = {which: gate_of(self.gated, which) for which in WHICH}
            for gate in gates.values():
                gate.arm(0, "request")
            said = await self.typed(number)
            assert (said.status, said.err) == (0, ""), said
            REFERENCES[self.name] = Reference(number, {which: gate.requests for which, gate in gates.items()})
            await asyncio.sleep(LATER)
        return REFERENCES[self.name]

    def cut(self, which: str, nth: int, reference: Reference) -> tuple[Gate, int, list[tuple[int, Lost]]]:
        """Where to cut, of how many requests. What never asks Temporal is cut off from the store alone."""
        side = which if reference.requests[which] or PLACES > 1 else "store"
        requests, turn = reference.requests[side], list(WRITING).index(self.name) * 2 + nth
        return gate_of(self.gated, side), requests, places(requests, turn)

    async def becomes(self, number: str, as_if: str, where: str) -> None:
        """In a moment; what the command may leave out is missing, or as in the other one."""
        found, expected = await self._both(number, as_if)
        try:
            async with asyncio.timeout(20):
                while found != expected:
                    await asyncio.sleep(0.05)
                    found, expected = await self._both(number, as_if)
        except TimeoutError:
            assert found == expected, where

    async def _both(self, number: str, as_if: str) -> tuple[dict[str, Any], dict[str, Any]]:
        found, expected = await self.seen(number), await self.seen(as_if)
        found |= {name: expected[name] for name in self.writing.without & expected.keys() - found.keys()}
        for name in self.writing.varies:
            assert expected.pop(name, None), name
            assert found.pop(name, True), name
        return found, expected


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda seconds: monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", seconds)


@pytest.fixture
def operate(gated: Gated, offline: Operating, monkeypatch: pytest.MonkeyPatch) -> Operating:
    for name, value in gated.env.items():
        monkeypatch.setenv(name, value)
    return offline


@pytest.fixture
async def case(gated: Gated, operate: Operating, request: pytest.FixtureRequest) -> Case:
    return Case(gated, operate, await gated.stage.connect(), request.param)


def cuts(nth: int) -> list[tuple[str, str]]:
    """Commands, and the side that goes away; `nth` of the tests."""
    if PLACES == 1:
        return [(name, WHICH[(number + nth) % 2]) for number, name in enumerate(WRITING)]
    return [(name, which) for name in WRITING for which in WHICH]


def gate_of(gated: Gated, which: str) -> Gate:
    return gated.store if which == "store" else gated.temporal


def places(requests: int, turn: int) -> list[tuple[int, Lost]]:
    """Places among all requests and all answers: as many as are wanted, or the one of that turn."""
    every: list[tuple[int, Lost]] = [(place, lost) for place in range(1, requests + 1) for lost in _LOST]
    if not every:
        return []
    if PLACES == 1:
        return [every[int(turn * _GOLDEN % 1 * len(every))]]
    steps = max(1, min(PLACES, len(every)) - 1)
    return [every[each] for each in sorted({round(step * (len(every) - 1) / steps) for step in range(steps + 1)})]


def in_one_line(said: Said) -> None:
    assert said.err.startswith("starter: "), said
    assert said.err.count("\n") == 1, said.err
    for never in ("Traceback", "SELECT", "INSERT", "UPDATE", "BEGIN", "%(", NAME, MAIL):
        assert never not in said.err, said.err
    assert ("run the same command again" in said.err) is not ("need not be given again" in said.err), said.err


@pytest.mark.parametrize(("case", "which"), cuts(0)[::_BACK], indirect=["case"])
async def test_what_is_back_in_time_is_waited_for(
    case: Case, gated: Gated, which: str, patience: Callable[[str], None]
) -> None:
    patience(LONG)
    reference = await case.reference()
    gate, requests, cut = case.cut(which, 0, reference)
    for place, lost in cut:
        number = await case.fresh()
        gate.arm(place, lost, again_after=0.1)
        said = await case.typed(number)
        await gate.open()
        where = f"{lost} {place} of {requests}"
        assert (said.status, said.err) == (0, ""), (where, said)
        await case.becomes(number, reference.number, where)


@pytest.mark.parametrize(("case", "which"), cuts(1), indirect=["case"])
async def test_what_stays_away_is_said_in_one_line_and_the_command_may_be_repeated(
    case: Case, gated: Gated, which: str, patience: Callable[[str], None]
) -> None:
    patience(SHORT)
    reference = await case.reference()
    gate, requests, cut = case.cut(which, 1, reference)
    for place, lost in cut:
        number = await case.fresh()
        gate.arm(place, lost)
        said = await case.typed(number)
        await gate.open()
        where = f"{lost} {place} of {requests}"
        if said.status:
            assert said.status == 1, (where, said)
            in_one_line(said)
        if said.status or "it is kept" in said.out:
            said = await case.typed(number)
            assert said.status == 0, (where, said)
        await case.becomes(number, reference.number, where)
