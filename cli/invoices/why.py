"""`why`: the receipt that answers a customer: what happened, by which rule, with which proof."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dunning.explain.model import AccountReceipt, Line, Receipt

_WIDTH = 118


async def why(
    name: Annotated[str, Parameter(help="Number of an invoice, or an account: then all its invoices are told.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Tell why everything about an invoice or an account happened: rules, notices with their delivery, money, holds.

    Works for running and for closed cases. Every time is the account's own.
    """
    from dunning.explain.model import Receipt

    async with composed() as made:
        found = await made.why.of(name)
    if json:
        print_json(found)
        return
    say(*(invoice_text(found) if isinstance(found, Receipt) else account_text(found)), sep="\n")


def account_text(made: AccountReceipt) -> Iterator[str]:
    """The account's receipt as lines of plain text."""
    yield f"Account {made.account}" + (f" · {made.name}" if made.name else "")
    for title, entries in (
        ("Changes", made.changes),
        ("Holds", made.holds),
        ("Services", made.services),
        ("Credit", made.credits),
        ("Tickets", made.tickets),
    ):
        if entries:
            yield from ("", title, *(f"  {entry}" for entry in entries))
    for each in made.invoices:
        yield from ("", *invoice_text(each))
    if not made.invoices:
        yield from ("", "no invoices")


def invoice_text(made: Receipt) -> Iterator[str]:
    """An invoice's receipt as lines of plain text."""
    version = f" ({made.version})" if made.version else ""
    yield f"{made.invoice} · account {made.account} · policy {made.policy}{version}"
    yield from _labelled("  ", "state", f"{made.state}, {made.balance} owed, services {made.level or 'unknown'}")
    if made.pays_for:
        yield from _labelled("  ", "for", ", ".join(made.pays_for))
    for name, entries in (("clock", made.clock), ("wait", made.waits), ("next", (made.coming,) if made.coming else ())):
        for entry in entries:
            yield from _labelled("  ", name, entry)
    yield ""
    for line in made.lines:
        yield from _told(line)


def _told(line: Line) -> Iterator[str]:
    yield f"{line.when}  {line.what}"
    for name, words in (("because", line.because), ("proof", line.proof)):
        if words:
            yield from _labelled("    ", name, words)


def _labelled(indent: str, name: str, words: Any) -> Iterator[str]:
    head = f"{indent}{name:<8}"
    yield from textwrap.wrap(
        str(words), _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False
    )
