"""Finding a customer's invoices by a part of what somebody has of them, over open and closed ones."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from dunning.ports.search import Named, Search
from operations.cases.list_open_cases import CaseNow, all_found, with_closed
from operations.errors import RefusedError

MOST = 1000
"""So many lines are the most that anybody is shown."""


class Hit(NamedTuple):
    """An invoice, or an account without any (`case` is None), and the values by which it was found.

    `invoice` is empty for an account that has none, and stands without a case for one whose case never began.
    """

    account: str
    invoice: str
    case: CaseNow | None
    by: tuple[Named, ...]


class Findings(NamedTuple):
    """The hits, by account, then by number; whether there are more than were asked for."""

    hits: Sequence[Hit]
    more: bool


class Find:
    """Reads the store only. `clock` is the wall's: what time alone changes of a case is derived when it is read."""

    def __init__(self, store: Search, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def find(self, text: str, most: int) -> Findings:
        """Look for it in customers' names, addresses, domains, accounts, numbers and users, whatever the letters' case.

        Raises RefusedError for an empty text, and for fewer lines than one or more than MOST.
        """
        sought = folded(text)
        if not sought:
            raise RefusedError("it must not be empty", field="text")
        if not 1 <= most <= MOST:
            raise RefusedError(f"{most} is not a number of lines from 1 to {MOST}", field="most")
        names = await self._store.named(lambda value: sought in folded(value))
        whole = sorted({each.account for each in names if not each.invoice})[: most + 1]
        alone = sorted({(each.account, each.invoice) for each in names if each.invoice})[: most + 1]
        hits = _hits(names, whole, [number for _, number in alone], await self._cases(whole, alone))
        return Findings(hits[:most], len(hits) > most)

    async def _cases(self, accounts: Sequence[str], alone: Iterable[tuple[str, str]]) -> list[CaseNow]:
        now, numbers = self._clock(), [number for _, number in alone]
        running = all_found(await self._store.open_cases_of(now, accounts, numbers), now)
        # Closed ones afterwards: a case that ends meanwhile is in both, and would else be in neither.
        return with_closed(running, await self._store.closed_cases_of(accounts, numbers))


def folded(text: str) -> str:
    """The text as it is compared: without case, and each letter written in one way."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _hits(names: Sequence[Named], whole: Sequence[str], alone: Sequence[str], cases: Sequence[CaseNow]) -> list[Hit]:
    by_account, by_invoice = _grouped(names)
    found = {each.row.number: each for each in cases}
    places = {(each.row.account, each.row.number) for each in cases}
    places |= {(by_invoice[number][0].account, number) for number in alone}
    places |= {(account, "") for account in set(whole) - {account for account, _ in places}}
    return [
        Hit(account, number, found.get(number), (*by_invoice.get(number, ()), *by_account.get(account, ())))
        for account, number in sorted(places)
    ]


def _grouped(names: Iterable[Named]) -> tuple[dict[str, list[Named]], dict[str, list[Named]]]:
    by_account, by_invoice = dict[str, list[Named]](), dict[str, list[Named]]()
    for each in dict.fromkeys(names):
        group = by_invoice.setdefault(each.invoice, []) if each.invoice else by_account.setdefault(each.account, [])
        group.append(each)
    return by_account, by_invoice
