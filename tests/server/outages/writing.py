"""Every command that writes: what has to be there before, and its words. Each run is for an invoice of its own."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.client import Client

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.case.facts import Payment, Reversal
from dunning.fleet.breaker import SUSPEND, Limits
from dunning.level import Level
from dunning.money import Money
from dunning.names import workflow_id
from dunning.records.credit import Credit
from dunning.records.effects import Consequence
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from operations.new_invoice import NewInvoice
from operations.services.holds import PlaceHold
from sandbox.stage.stage import Stage
from tests.cli.command import in_days, lines, row

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
WHO = ("--by", "ana", "--reason", "ticket 4711")
TEN, FIVE = Money.parse("USD 10.00"), Money.parse("USD 5.00")
NAME, MAIL = "Wilhelmine Geheim", "wilhelmine"
"""Of a customer: nothing of it may be told when the store is away."""

Prepare = Callable[[Stage, Client, str], Awaitable[None]]


class Writing(NamedTuple):
    """`words` of an invoice's number, and what is typed as standard input."""

    words: Callable[[str], tuple[str, ...]]
    prepare: Prepare
    stdin: Callable[[str], str] = lambda _: ""
    without: frozenset[str] = frozenset()
    """What may be without it: the store was away, and the case itself has taken it; or the case finds out later."""


def account(number: str) -> str:
    return f"{number}-account"


def its_row(number: str) -> dict[str, object]:
    user = number.lower().replace("-", "")
    return row(number, customer=NAME, emails=[f"{MAIL}@{user}.example"], services=[{"user": user}])


async def nothing(stage: Stage, client: Client, number: str) -> None:
    """It is the command that begins."""


async def opened(stage: Stage, client: Client, number: str) -> None:
    policy = load_policy("a-small-orange", ROOT / "policies")
    await stage.open(client, NewInvoice.model_validate(its_row(number)), policy)


async def paid_in_part(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await stage.made(client).payments.take(number, Payment(id=f"{number}-1", amount=TEN, at=AT))


async def taken_back(stage: Stage, client: Client, number: str) -> None:
    await paid_in_part(stage, client, number)
    reversal = Reversal(id=f"{number}-back", payment=f"{number}-1", amount=TEN, at=AT)
    await stage.made(client).payments.reverse(number, reversal)


async def with_credit(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await stage.store.add_credit(Credit(id=f"{number}-c", account=account(number), amount=TEN, at=AT, reason="it"))


async def with_ticket(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    kind = TicketKind.NOBODY_REACHED
    order = TicketOrder(
        invoice=number, account=account(number), step="t", at=AT, kind=kind, subject="look", body="please"
    )
    await stage.store.open_ticket(order)


async def stopped(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    asked = Consequence(
        key=f"{number}:suspend", account=account(number), invoice=number, action=SUSPEND, at=AT, status="admitted"
    )
    await stage.store.admit([asked], Limits(most=0))


async def held(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    hold = PlaceHold(account(number), "abuse", Level.SUSPENDED, "ana", "spam", silent=True)
    await stage.made(client).holds.place(hold)


async def dead(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await client.get_workflow_handle(workflow_id(number)).terminate()


def _of(command: str, *more: str) -> Callable[[str], tuple[str, ...]]:
    """The words of a command about an invoice; {} is its number."""
    return lambda number: (*command.split(), *(word.format(number) for word in more))


def _as_a_file(number: str) -> str:
    return lines(its_row(number))


WRITING: dict[str, Writing] = {
    "start": Writing(_of("start", "-"), nothing, _as_a_file),
    "pay": Writing(
        _of("pay", "{}", "--amount", "USD 5", "--id", "{}-p", "--at", "2026-11-02T00:00:00Z"),
        opened,
        without=frozenset({"inbox", "counted"}),
    ),
    "reverse": Writing(_of("reverse", "{}", "--payment", "{}-1", "--amount", "USD 4", "--id", "{}-r"), paid_in_part),
    "restore": Writing(_of("restore", "{}", "--reversal", "{}-back", "--amount", "USD 10", "--id", "{}-x"), taken_back),
    "credits add": Writing(_of("credits add", "{}-account", "--amount", "USD 3", "--id", "{}-a", *WHO), opened),
    "credits use": Writing(_of("credits use", "{}", "--id", "{}-u", *WHO), with_credit),
    "credits pay-out": Writing(
        _of("credits pay-out", "{}-account", "--amount", "USD 3", "--id", "{}-o", *WHO), with_credit
    ),
    "tickets close": Writing(_of("tickets close", "{}:t", *WHO), with_ticket),
    "promise": Writing(_of("promise", "{}", "--until", str(in_days(70)), "--by", "ana"), opened),
    "waive": Writing(_of("waive", "{}", "invoice", "--amount", "USD 5", *WHO), opened),
    "due": Writing(_of("due", "{}", str(in_days(90)), "--by", "ana"), opened),
    "void": Writing(_of("void", "{}", *WHO), opened),
    "recover": Writing(_of("recover", "{}", *WHO), dead),
    "breaker allow": Writing(_of("breaker allow", "{}", "--yes", *WHO), stopped, without=frozenset({"case.decided"})),
    "breaker keep": Writing(_of("breaker keep", "{}", *WHO), stopped),
    "hold": Writing(_of("hold", "{}-account", "--kind", "abuse", "--yes", *WHO), opened),
    "lift": Writing(_of("lift", "{}-account", "--kind", "abuse", *WHO), held),
    "account set": Writing(_of("account set", "{}-account", "--name", "Other", *WHO), opened),
    "service add": Writing(_of("service add", "{}-account", "--panel", "sandbox", "--user", "{}-two", *WHO), opened),
}
