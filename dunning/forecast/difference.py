"""What another policy changes for many open invoices: how many come to a deed earlier, later, newly or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dunning.forecast.expected import Deed
from dunning.forecast.other_policy import Compared

COUNTED = tuple(deed for deed in Deed if deed is not Deed.WRITTEN)
"""Notices are not compared: each policy writes others."""


class Change(NamedTuple):
    """So many invoices come to that deed so many days later (earlier when negative), or to it at all, or not any more.

    `days` is None for the last two; `comes` says which.
    """

    deed: Deed
    days: int | None
    comes: bool
    invoices: int


class Fees(NamedTuple):
    """What the fees of all these invoices add, as they run and under the other policy, in minor units."""

    currency: str
    own: int
    other: int


def changes(found: Iterable[Compared]) -> list[Change]:
    """What changes, by deed; of each deed what concerns most invoices first."""
    counts = Counter(change for each in found for change in changes_of(each))
    return sorted((Change(*change, count) for change, count in counts.items()), key=_order)


def _order(change: Change) -> tuple[int, int, bool, int, bool]:
    return COUNTED.index(change.deed), -change.invoices, change.days is None, change.days or 0, change.comes


def changes_of(each: Compared) -> Iterator[tuple[Deed, int | None, bool]]:
    """Each deed that comes on another day, newly, or not at all."""
    for deed in COUNTED:
        own, other = each.own.first.get(deed), each.other.first.get(deed)
        if own and other and own != other:
            yield deed, (other - own).days, True
        elif (own is None) != (other is None):
            yield deed, None, other is not None


def fees(found: Iterable[Compared]) -> list[Fees]:
    """By currency, where they differ."""
    own, other = Counter[str](), Counter[str]()
    for each in found:
        own[each.currency] += each.own.fees
        other[each.currency] += each.other.fees
    return [Fees(name, own[name], other[name]) for name in sorted(own) if own[name] != other[name]]
