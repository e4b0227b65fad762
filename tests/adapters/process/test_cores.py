"""Work is spread over processes, every part is done once, and what fails there fails here."""

import os
from contextlib import aclosing

import pytest

from adapters.process.cores import Processors


def where(part: int) -> tuple[int, int]:
    return part, os.getpid()


def fails(part: int) -> int:
    raise ValueError(f"part {part}")


async def results(parts: list[int]) -> list[tuple[int, int]]:
    async with aclosing(Processors().spread(where, parts)) as found:
        return [each async for each in found]


async def test_parts_are_done_once_each_in_other_processes() -> None:
    found = await results([3, 4, 5])
    assert sorted(part for part, _ in found) == [3, 4, 5]
    assert os.getpid() not in {process for _, process in found}


async def test_one_part_alone_needs_no_process() -> None:
    assert await results([3]) == [(3, os.getpid())]
    assert await results([]) == []


@pytest.mark.parametrize("parts", [[1], [1, 2]])
async def test_what_fails_there_fails_here(parts: list[int]) -> None:
    async with aclosing(Processors().spread(fails, parts)) as found:
        with pytest.raises(ValueError, match="part"):
            await anext(found)


async def test_who_has_heard_enough_may_go() -> None:
    async with aclosing(Processors().spread(where, list(range(40)))) as found:
        assert (await anext(found))[0] in range(40)
