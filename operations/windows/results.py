"""What became of the steps that waited for a maintenance window, for whoever looks the morning after."""

from typing import NamedTuple, Protocol

from dunning.case.case import Case
from dunning.ports.invoices import Invoices
from dunning.ports.open_cases import OpenCases
from dunning.ports.windows import Windows
from dunning.tickets.windows import WAITS
from dunning.windows.window import PutOff
from operations.cases.last_seen import last_seen
from operations.cases.look import as_closed

DROPPED = "not needed any more"


class ResultRecords(Windows, OpenCases, Invoices, Protocol):
    """What waited, and the cases as they were seen last."""


class Result(NamedTuple):
    """A step that waited, and what became of it: as its case was seen last."""

    waited: PutOff
    result: str


async def results(store: ResultRecords, window: str) -> list[Result]:
    """Of all that waited for it, in the order in which it would have come (S0-13, S0-22). Raises StoreOutageError."""
    return [Result(row, await _result(store, row)) for row in await store.put_off_by(window)]


async def _result(store: ResultRecords, row: PutOff) -> str:
    if case := last_seen(await store.open_case(row.invoice)):
        return _last_word(case, row) or WAITS
    books = await store.ledger(row.invoice)
    return (_last_word(as_closed(books.order), row) or DROPPED) if books else WAITS


def _last_word(case: Case, row: PutOff) -> str:
    """On the step since it waited; empty when there is none."""
    tried = [(each.at, each.kind) for each in case.attempts if each.step == row.step and each.began >= row.at]
    done = [(each.at, each.kind) for each in case.done if each.step == row.step and each.at >= row.at]
    _, word = max([*tried, *done], default=(row.at, ""))
    return row.action if word == "restricted" else word
