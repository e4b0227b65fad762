"""`why`: the receipt that answers a customer: what happened, by which rule, with which proof."""

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from cyclopts import Parameter
from temporalio.client import Client

from adapters.store import SqlStore
from adapters.temporal.cases import Cases
from cli.shell.connections import open_client, open_store, settings
from cli.shell.errors import BadInputError, FailedError
from cli.shell.options import Json, now
from cli.shell.output import print_json
from dunning.case.case import Case
from dunning.explain.model import AccountReceipt, Line, Receipt
from dunning.explain.receipt import attempt_keys, receipt
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.effects import Effect

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
    async with open_client() as client, open_store() as store:
        found = await _found(client, store, name)
    if json:
        print_json(found)
        return
    print(*(invoice_text(found) if isinstance(found, Receipt) else account_text(found)), sep="\n")


async def _found(client: Client, store: SqlStore, name: str) -> Receipt | AccountReceipt:
    cases = Cases(client, store, settings().task_queue)
    made = await _of_invoice(cases, store, name)
    if made:
        return made
    try:
        account = await store.account(name)
    except LookupError:
        raise BadInputError(
            f"{name}: there is no such invoice or account; `starter.py list --all` shows those there are"
        ) from None
    return await _of_account(cases, store, account)


async def _of_invoice(cases: Cases, store: SqlStore, number: str) -> Receipt | None:
    try:
        case = await cases.case(number)
    except OutageError as error:
        raise FailedError(f"{number}: {error}") from None
    if case is None:
        return None
    notices = await store.notices(number)
    attempts = [await store.attempt(key) for key in attempt_keys(case)]
    return receipt(case, present(case), notices, [each for each in attempts if each])


def present(case: Case) -> datetime:
    """Now; but a case on virtual time may be ahead of us."""
    return max(now(), case.opened_at, *(done.at for done in case.done))


async def _of_account(cases: Cases, store: SqlStore, account: Account) -> AccountReceipt:
    numbers = [invoice.number for invoice in await store.all_invoices(account.id)]
    receipts = [await _of_invoice(cases, store, number) for number in numbers]
    holds = await store.holds(account.id)
    return AccountReceipt(
        account=account.id,
        name=account.name,
        holds=tuple(
            f"{h.source}: {h.level.value} since {h.since:%Y-%m-%d %H:%MZ}"
            + (f" ({', '.join(h.services)})" if h.services else "")
            + (f": {h.note}" if h.note else "")
            for h in holds
        ),
        services=tuple(_service(effect) for effect in await store.effects(account.id)),
        tickets=tuple(f"{t.at:%Y-%m-%d %H:%MZ} {t.department}: {t.subject}" for t in await store.tickets(account.id)),
        invoices=tuple(each for each in receipts if each),
    )


def _service(effect: Effect) -> str:
    tag = f" ({effect.tag})" if effect.tag else ""
    seen = f"; seen from outside: {effect.proof}" if effect.proof else ""
    return (
        f"{effect.service}: wanted {effect.wanted.value}, the panel showed {effect.shown.value}{tag} "
        f"{effect.at:%Y-%m-%d %H:%MZ}{seen}"
    )


def account_text(made: AccountReceipt) -> Iterator[str]:
    """The account's receipt as lines of plain text."""
    yield f"Account {made.account}" + (f" · {made.name}" if made.name else "")
    for title, entries in (("Holds", made.holds), ("Services", made.services), ("Tickets", made.tickets)):
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
