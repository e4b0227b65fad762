"""What is expected of all open invoices, counted by day or by account."""

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import NamedTuple

from dunning.forecast.expected import Deed, Expected


class Total(NamedTuple):
    """A day, or an account, and a currency. `day` is None, or `account` empty, where it is not counted by that.

    `counts` are steps, `ended` are those of them that would not come if a charge before them succeeded, and `agreed`
    those that people have to agree to; all in the order of Deed. `tried` is what the charges ask for, `fees` what is
    added, in minor units. `invoices`: of so many.
    """

    day: date | None
    account: str
    customer: str
    currency: str
    invoices: int
    counts: tuple[int, ...]
    ended: tuple[int, ...]
    agreed: tuple[int, ...]
    tried: int
    fees: int


class WouldEnd(NamedTuple):
    """So many invoices would be paid by their first charge in these days, with so many minor units."""

    currency: str
    invoices: int
    amount: int


def by_day(found: Iterable[Expected]) -> list[Total]:
    """A row a day and currency, by day; none for a day on which nothing comes."""
    return _counted(found, lambda each: (each.day, each.currency), day=True)


def by_account(found: Iterable[Expected]) -> list[Total]:
    """A row an account and currency, by account."""
    return _counted(found, lambda each: (each.account, each.currency), day=False)


def would_end(found: Iterable[Expected]) -> list[WouldEnd]:
    """What the charges would bring if they succeeded, by currency: each invoice once, with its first charge."""
    first = [each for each in found if each.deed is Deed.CHARGED and not each.charges]
    currencies = sorted({each.currency for each in first})
    amounts = {name: [each.tried for each in first if each.currency == name] for name in currencies}
    return [WouldEnd(name, len(each), sum(each)) for name, each in amounts.items()]


def _counted(found: Iterable[Expected], key: Callable[[Expected], tuple[Hashable, str]], *, day: bool) -> list[Total]:
    groups: dict[tuple[Hashable, str], list[Expected]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    totals = [_total(group, day=day) for group in groups.values()]
    return sorted(totals, key=lambda total: (total.day or date.min, total.account, total.currency))


def _total(group: list[Expected], *, day: bool) -> Total:
    one = group[0]
    return Total(
        day=one.day if day else None,
        account="" if day else one.account,
        customer="" if day else next((each.customer for each in group if each.customer), ""),
        currency=one.currency,
        invoices=len({each.invoice for each in group}),
        counts=_counts(group),
        ended=_counts(each for each in group if each.charges),
        agreed=_counts(each for each in group if each.agreed),
        tried=sum(each.tried for each in group),
        fees=sum(each.fee for each in group),
    )


def _counts(group: Iterable[Expected]) -> tuple[int, ...]:
    counts = dict.fromkeys(Deed, 0)
    for each in group:
        counts[each.deed] += 1
    return tuple(counts.values())
