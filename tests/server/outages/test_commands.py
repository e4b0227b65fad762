"""The store, or Temporal, goes away in the middle of each command that writes: at every place, before and after.

Either it is back in time, and nobody notices; or it is not, and one sentence says so. In both cases nothing is half
done, and the same command again ends as if nothing had been.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from tests.cli.command import Said
from tests.server.outages.conftest import Gated
from tests.server.outages.gates import Gate, Lost
from tests.server.outages.seen import seen, settled
from tests.server.outages.writing import MAIL, NAME, WRITING

Operating = Callable[..., Awaitable[Said]]
PLACES = int(os.environ.get("OUTAGE_PLACES", "2"))
"""So many places in the middle of each command, as far from each other as can be; OUTAGE_PLACES=199 are all."""
_numbers = count(1)
DONE = ("it is so already", "the breaker holds nothing back of it", "there is nothing to recover")
"""How a command says that it was done before, where doing it twice makes no sense."""
_LOST: tuple[Lost, ...] = ("request", "answer")
SHORT, LONG = "0.4", "10"


class Case:
    """One command on one stage, typed for one invoice after the other."""

    def __init__(self, gated: Gated, operate: Operating, client: Any, name: str) -> None:
        self.gated, self.operate, self.client = gated, operate, client
        self.name, self.writing = name, WRITING[name]

    async def fresh(self) -> str:
        number = f"AWAY-{next(_numbers)}"
        await self.writing.prepare(self.gated.stage, self.client, number)
        return number

    async def typed(self, number: str) -> Said:
        return await self.operate(*self.writing.words(number), stdin=self.writing.stdin(number))

    async def seen(self, number: str) -> dict[str, Any]:
        return await seen(self.gated.stage, self.client, number)

    async def becomes(self, number: str, expected: dict[str, Any], where: str) -> None:
        """In a moment; what the command may leave out is missing, or as expected."""
        found: dict[str, Any] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                while found != expected:
                    found = await self.seen(number)
                    found |= {name: expected[name] for name in self.writing.without & expected.keys() - found.keys()}
        assert found == expected, where


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


def gate_of(gated: Gated, which: str) -> Gate:
    return gated.store if which == "store" else gated.temporal


async def undisturbed(case: Case, gate: Gate) -> tuple[dict[str, Any], int]:
    """What a run leaves, and how often it asks the other side."""
    number = await case.fresh()
    gate.arm(0, "request")
    said = await case.typed(number)
    assert (said.status, said.err) == (0, ""), said
    requests = gate.requests
    return await settled(lambda: case.seen(number)), requests


def places(requests: int) -> list[tuple[int, Lost]]:
    """Places among all requests and all answers, the first request and the last answer among them."""
    every: list[tuple[int, Lost]] = [(place, lost) for place in range(1, requests + 1) for lost in _LOST]
    steps = max(1, min(PLACES, len(every)) - 1)
    return (
        [every[each] for each in sorted({round(step * (len(every) - 1) / steps) for step in range(steps + 1)})]
        if every
        else []
    )


def in_one_line(said: Said) -> None:
    assert said.err.startswith("starter: "), said
    assert said.err.count("\n") == 1, said.err
    for never in ("Traceback", "SELECT", "INSERT", "UPDATE", "BEGIN", "%(", NAME, MAIL):
        assert never not in said.err, said.err
    assert ("run the same command again" in said.err) is not ("need not be given again" in said.err), said.err


@pytest.mark.parametrize("which", ["store", "temporal"])
@pytest.mark.parametrize("case", WRITING, indirect=True)
async def test_what_is_back_in_time_is_waited_for(
    case: Case, gated: Gated, which: str, patience: Callable[[str], None]
) -> None:
    patience(LONG)
    gate = gate_of(gated, which)
    expected, requests = await undisturbed(case, gate)
    for place, lost in places(requests):
        number = await case.fresh()
        gate.arm(place, lost, again_after=0.2)
        said = await case.typed(number)
        await gate.open()
        where = f"{lost} {place} of {requests}"
        assert (said.status, said.err) == (0, ""), (where, said)
        await case.becomes(number, expected, where)


@pytest.mark.parametrize("which", ["store", "temporal"])
@pytest.mark.parametrize("case", WRITING, indirect=True)
async def test_what_stays_away_is_said_in_one_line_and_the_command_may_be_repeated(
    case: Case, gated: Gated, which: str, patience: Callable[[str], None]
) -> None:
    patience(SHORT)
    gate = gate_of(gated, which)
    expected, requests = await undisturbed(case, gate)
    for place, lost in places(requests):
        number = await case.fresh()
        gate.arm(place, lost)
        said = await case.typed(number)
        await gate.open()
        where = f"{lost} {place} of {requests}"
        if said.status:
            assert said.status == 1, (where, said)
            in_one_line(said)
            said = await case.typed(number)
            assert said.status == 0 or any(words in said.err for words in DONE), (where, said)
        await case.becomes(number, expected, where)
