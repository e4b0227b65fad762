"""`refund`: a payment, or a part of it, is given back through the gateway, and the customer keeps what it paid for."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, Number
from cli.shell.output import print_json, say


async def refund(
    invoice: Number,
    /,
    *,
    payment: Annotated[str, Parameter(help="The id of the payment; `show` lists them.")],
    amount: Annotated[str, Parameter(help='Like "USD 19.99".')],
    id: Annotated[str, Parameter(help="An id of yours, such as the ticket's: the same id happens once.")],  # noqa: A002
    by: Annotated[str, Parameter("--by", help="Who does this; kept in the ledger.")],
    reason: Annotated[str, Parameter(help="Why; kept in the ledger.")],
    json: Json = False,
) -> None:
    """Give a payment, or a part of it, back. As much is waived, so the invoice is not owed again.

    Money that the customer is to pay again is refunded at the gateway itself: that is owed again.
    """
    from pydantic import ValidationError

    from dunning.case.facts import GiveBack
    from dunning.money import Money

    try:
        fact = GiveBack(id=id, payment=payment, amount=Money.parse(amount), by=by, reason=reason)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None
    async with composed(server="if there") as made:
        await made.decisions.decide(invoice, fact)
    if json:
        print_json({"invoice": invoice, "payment": payment, "amount": str(fact.amount), "outcome": "asked for"})
    else:
        say(f"{invoice}: {fact.amount} of {payment} goes back; `show` says when it has")
