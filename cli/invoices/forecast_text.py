"""A look ahead for people: a table by day or account, or a line a step; and what it does not say."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cli.shell.output import console, say, table
from dunning.forecast.expected import Deed
from dunning.forecast.totals import by_account, by_day, would_end
from dunning.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dunning.forecast.expected import Expected
    from dunning.forecast.totals import Total
    from operations.cases.forecast import Look
    from operations.cases.snapshots import NotLookedAt

_NAMED = 10
"""So many invoices of a sort are named for people."""
_ENDED = "In brackets: how many of them would not come, if a charge before them, in these days, succeeds."


def print_text(look: Look, by: str) -> None:
    """All of it at once: it is there already."""
    if by == "step":
        for each in look.found:
            say(_line(each))
    elif look.found:
        totals = by_day(look.found) if by == "day" else by_account(look.found)
        only = totals[0].currency if len({total.currency for total in totals}) == 1 else ""
        heads = (by, "invoices", *Deed, *(f"{head} {only}".strip() for head in ("tried", "fees")))
        cells = [_row(total, only) for total in totals]
        used = [place for place in range(len(heads)) if any(row[place] for row in cells)]
        rows = [[row[place] for place in used] for row in cells]
        console().print(table([heads[place] for place in used], rows))
    say(*(each for each in sentences(look) if by != "step" or each != _ENDED), sep="\n")


def sentences(look: Look) -> Iterator[str]:
    """What was looked at, what the charges would end, what needs people, and what was not looked at."""
    nothing = "" if look.found else " Nothing comes."
    yield f"{look.looked_at} of {look.invoices} open invoice(s) looked at, {look.days} day(s) from today on.{nothing}"
    if any(each.charges for each in look.found):
        yield _ENDED
    for each in would_end(look.found):
        amount = Money(minor=each.amount, currency=each.currency)
        yield f"Their charges would end {each.invoices} invoice(s) if they succeed: {amount}."
    agreed = sum(each.agreed for each in look.found)
    if agreed:
        yield f"{agreed} step(s) come only if people agree, at the earliest on these days (`starter.py removals`)."
    if look.renewing:
        yield f"{look.renewing} subscription(s) renew in these days; what comes of their new invoices is not in it."
    for why, group in groupby(sorted(look.not_looked_at, key=lambda each: each.why), key=lambda each: each.why):
        yield _left_out(why, list(group))


def _left_out(why: str, group: Sequence[NotLookedAt]) -> str:
    names = ", ".join(each.invoice for each in group[:_NAMED])
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    return f"Not looked at: {len(group)} invoice(s), {why}: {names}{more}."


def _row(total: Total, only: str) -> tuple[str, ...]:
    """`only` is the currency of all amounts, which then stands in the head."""
    name = f"{total.day:%a %d %b}" if total.day else f"{total.account} {total.customer}".strip()
    counts = (_count(count, ended) for count, ended in zip(total.counts, total.ended, strict=True))
    amounts = (_amount(minor, total.currency).removeprefix(f"{only} ") for minor in (total.tried, total.fees))
    return (name, str(total.invoices), *counts, *amounts)


def _count(count: int, ended: int) -> str:
    if not count:
        return ""
    return f"{count} ({ended})" if ended else str(count)


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor=minor, currency=currency)) if minor else ""


def _unless(charges: int) -> str:
    return (
        "unless the charge before it succeeds"
        if charges == 1
        else f"unless one of {charges} charges before it succeeds"
    )


def _line(each: Expected) -> str:
    """`Mon 30 Nov 2026 · INV-1 · bakery · written to: "Second Invoice Overdue Notice"`."""
    amount = _amount(each.tried or each.fee, each.currency)
    what = [each.deed.value, f'"{each.title}"' if each.title else "", amount]
    more = ["if people agree"] if each.agreed else []
    more += [_unless(each.charges)] if each.charges else []
    text = " ".join(part for part in what if part)
    return " · ".join([f"{each.day:%a %d %b %Y}", each.invoice, each.account, text, *more])
