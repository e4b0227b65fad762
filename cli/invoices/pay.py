"""`pay`: money that a person enters. It ends in the ledger exactly once, whatever state the invoice is in."""

from datetime import datetime
from typing import Annotated

from cyclopts import Parameter
from pydantic import ValidationError
from temporalio.client import Client

from adapters.temporal.cases import Cases
from adapters.temporal.late_money import Late
from cli.shell.cases import NoAnswerError, NoCaseError, facts, send, tell
from cli.shell.connections import open_client, open_store, settings
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, Number, instant, now
from cli.shell.output import print_json
from cli.shell.preferences import policy
from dunning.case.facts import Payment
from dunning.money import Money
from dunning.names import PAYMENT_RECEIVED
from dunning.rules.updates import payment_refused
from workflows.invoice import InvoiceDunning


async def pay(
    invoice: Number,
    /,
    *,
    amount: Annotated[str, Parameter(help='Like "USD 19.99"; without a currency, the invoice\'s.')],
    id: Annotated[str, Parameter(help="The payment's own id: the same id is never counted twice.")],  # noqa: A002
    at: Annotated[str, Parameter(help="When it arrived, like 2026-12-01T14:00:00Z (default: now).")] = "",
    method: Annotated[str, Parameter(help="How it was paid, such as bank transfer.")] = "",
    durable: Annotated[bool, Parameter(help="Do not wait for a worker: the server keeps it for the case.")] = False,
    json: Json = False,
) -> None:
    """Enter a payment. Running the same command again is harmless.

    Money for a closed invoice becomes credit of its account and a Billing ticket.
    """
    when = instant(at, "--at") if at else now()
    async with open_client() as client:
        money = await _money(client, invoice, amount)
        payment = _payment(id, money, when, method)
        said = await (_send if durable else _update)(client, invoice, payment)
    if json:
        print_json({"invoice": invoice, "payment": id, "amount": str(money), **said})
    else:
        print(f"{invoice}: {money} ({id}): " + ", ".join(f"{key} {value}" for key, value in said.items()))


async def _money(client: Client, invoice: str, text: str) -> Money:
    try:
        currency = None if any(word.isalpha() for word in text.split()) else await _currency(client, invoice)
        return Money.parse(text, currency)
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None


async def _currency(client: Client, invoice: str) -> str:
    try:
        return (await facts(client, invoice)).invoice.amount.currency
    except NoCaseError:
        return await _remembered_currency(invoice)
    except NoAnswerError as error:
        raise NoAnswerError(
            f"{error}\nThe invoice's currency is not known without it: write --amount 'USD 19.99'."
        ) from None


async def _remembered_currency(invoice: str) -> str:
    async with open_store() as store:
        closed, known = await store.ledger(invoice), await store.invoice(invoice)
    if known is None:
        raise _unknown(invoice)
    return closed.balance.currency if closed else policy(known.policy).currency


def _payment(payment_id: str, money: Money, when: datetime, method: str) -> Payment:
    try:
        payment = Payment(id=payment_id, amount=money, at=when, method=method)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None
    if refused := payment_refused(payment):
        raise BadInputError(f"--amount: {refused}")
    return payment


async def _update(client: Client, invoice: str, payment: Payment) -> dict[str, str]:
    try:
        answer = await tell(client, invoice, InvoiceDunning.pay, payment, payment.id)
    except NoCaseError:
        return await _keep(client, invoice, payment)
    except NoAnswerError as error:
        raise NoAnswerError(
            f"{error}\nThe payment was not acknowledged; trying again is harmless, the id {payment.id} counts once.\n"
            "With --durable the server keeps it until a worker is back."
        ) from None
    said = {"outcome": answer.outcome, "balance": str(answer.balance), "state": answer.state}
    if answer.counted and answer.counted != payment.amount:
        # The server gives the first answer for a known payment id: say which amount that was.
        said["outcome"] = f"already counted as {answer.counted}; {payment.amount} was not"
    return said


async def _send(client: Client, invoice: str, payment: Payment) -> dict[str, str]:
    try:
        await send(client, invoice, PAYMENT_RECEIVED, payment)
    except NoCaseError:
        return await _keep(client, invoice, payment)
    return {"outcome": "sent"}


async def _keep(client: Client, invoice: str, payment: Payment) -> dict[str, str]:
    async with open_store() as store:
        if await store.invoice(invoice) is None:
            raise _unknown(invoice)
        late = Late(store, Cases(client, store, settings().task_queue).wake)
        return {"outcome": await late.payment(invoice, payment)}


def _unknown(invoice: str) -> BadInputError:
    """A person mistypes, so here nothing is parked: the words for an invoice that nobody here has ever heard of."""
    return BadInputError(
        f"{invoice}: there is no such invoice, so nothing was recorded; is the number right?\n"
        "If the money did arrive, find its invoice and enter it there under the same --id."
    )
