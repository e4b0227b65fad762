"""Which undo is asked for; what it does to cases is tested as a command, on the real server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from composition import Composition
from dunning.ports.outages import OutageError
from operations.errors import RefusedError
from operations.fleet.undo import UndoRun, WrongRun, undo_of
from tests.operations.deaf import Deaf
from tests.operations.opening import now

LONG_AGO = datetime(2001, 5, 1, tzinfo=UTC)
WRONG = WrongRun(LONG_AGO, LONG_AGO + timedelta(days=1), "hotdoodle", by="ann", reason="clock")


def test_the_same_words_are_the_same_undo() -> None:
    assert undo_of(WRONG).id == undo_of(replace(WRONG, by="bob")).id
    assert undo_of(WRONG).id != undo_of(replace(WRONG, policy="")).id
    assert undo_of(replace(WRONG, id="mine")).id == "mine"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"until": LONG_AGO - timedelta(days=1)}, "since, until"),
        ({"until": LONG_AGO + timedelta(days=400)}, "since, until"),
        ({"hold_days": 0}, "hold_days"),
        ({"id": "a b"}, "id"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        undo_of(replace(WRONG, **changed))
    assert refused.value.field == field


async def test_a_run_that_touched_nothing_is_written_down_once(made: Composition) -> None:
    for _ in range(2):
        undone = await made.undo.undo(WRONG)
        assert (undone.rows, undone.failed) == ([], False)
    key = f":undo:{undo_of(WRONG).id}"
    assert len([each for each in await made.store.tickets("") if each.key.startswith(key)]) == 1


async def test_cases_that_cannot_be_listed_are_an_outage(made: Composition) -> None:
    with pytest.raises(OutageError, match="nobody there"):
        await UndoRun(made.store, Deaf(OutageError("nobody there")), now).undo(WRONG)
