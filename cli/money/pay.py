"""`pay`: money that a person enters. It ends in the ledger exactly once, whatever state the invoice is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, FailedError, reasons
from cli.shell.options import Json, Number, now, parsed_instant
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from datetime import datetime

    from dunning.case.facts import Payment
    from dunning.money import Money
    from operations.money.payments import Payments, Taken


async def pay(
    invoice: Number,
    /,
    *,
    amount: Annotated[str, Parameter(help='Like "USD 19.99"; without a currency, the invoice\'s.')],
    id: Annotated[str, Parameter(help="The payment's own id: the same id is never counted twice.")],  # noqa: A002
    at: Annotated[str, Parameter(help="When it arrived, like 2026-12-01T14:00:00Z (default: now).")] = "",
    method: Annotated[str, Parameter(help="How it was paid, such as bank transfer.")] = "",
    durable: Annotated[bool, Parameter(help="Do not wait for a worker: the server keeps it for the case.")] = False,
    force: Annotated[bool, Parameter(help="Park money in another currency than the invoice's.")] = False,
    json: Json = False,
) -> None:
    """Enter a payment. Running the same command again is harmless, and says what the first one was answered.

    Money for a closed invoice becomes credit of its account and a Billing ticket.
    """
    when = parsed_instant(at, "--at") if at else now()
    async with composed(store="if there", server="if there") as made:
        money = await _money(made.payments, invoice, amount)
        payment = _payment(id, money, when, method)
        said = _words(await _take(made.payments, invoice, payment, durable=durable, force=force), money)
    if json:
        print_json({"invoice": invoice, "payment": id, "amount": str(money), **said})
    else:
        say(f"{invoice}: {money} ({id}): " + ", ".join(f"{key} {value}" for key, value in said.items()))


async def _money(payments: Payments, invoice: str, text: str) -> Money:
    from dunning.money import Money
    from dunning.ports.outages import OutageError, StoreOutageError

    try:
        currency = None if any(word.isalpha() for word in text.split()) else await payments.currency(invoice)
        return Money.parse(text, currency)
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None
    except StoreOutageError:
        raise
    except OutageError as error:
        raise FailedError(
            f"{error}; the invoice's currency is not known without it: write --amount 'USD 19.99'"
        ) from None


def _payment(payment_id: str, money: Money, when: datetime, method: str) -> Payment:
    from pydantic import ValidationError

    from dunning.case.facts import Payment

    try:
        return Payment(id=payment_id, amount=money, at=when, method=method)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None


async def _take(payments: Payments, invoice: str, payment: Payment, *, durable: bool, force: bool) -> Taken:
    from dunning.ports.cases import NoAnswerError

    try:
        return await payments.take(invoice, payment, durable=durable, force=force)
    except NoAnswerError as error:
        raise FailedError(
            f"{error}; the payment was not acknowledged: trying again is harmless, the id {payment.id} counts once, "
            "and with --durable the server keeps it until a worker is back"
        ) from None


def _words(taken: Taken, money: Money) -> dict[str, str]:
    said = {"outcome": "known already", "first": taken.first} if taken.first else {"outcome": taken.outcome}
    if taken.counted and taken.counted != money:
        # The server gives the first answer for a known payment id: say which amount that was.
        said["outcome"] = f"known already as {taken.counted}; {money} was not counted"
    if taken.balance:
        said |= {"balance": str(taken.balance), "state": taken.state}
    return said
