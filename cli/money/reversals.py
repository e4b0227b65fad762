"""`reverse` and `restore`: a payment that was taken back, and one that came again, as a person enters them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, Number, now
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from dunning.case.facts import Restored, Reversal
    from dunning.money import Money
    from dunning.records.inbox import Outcome

    Fact = TypeVar("Fact", Reversal, Restored)

Amount = Annotated[str, Parameter(help='Like "USD 19.99".')]
Id = Annotated[str, Parameter(help="Its own id at the bank or processor: the same id is never counted twice.")]

Force = Annotated[bool, Parameter(help="Also of money that no books have yet: it waits for that.")]


async def reverse(
    invoice: Number,
    /,
    *,
    payment: Annotated[str, Parameter(help="The id of the payment that was taken back; `show` lists them.")],
    amount: Amount,
    id: Id,  # noqa: A002
    reason: Annotated[str, Parameter(help="Such as: returned by the bank.")] = "",
    chargeback: Annotated[bool, Parameter(help="The customer's bank took it in a dispute.")] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Enter money that was taken back: the invoice is owed again. Running the same command again is harmless."""
    from dunning.case.facts import Reversal

    values = {"id": id, "payment": payment, "amount": _money(amount), "at": now()}
    fact = _fact(Reversal, {**values, "reason": reason, "chargeback": chargeback})
    async with composed(server="if there") as made:
        _say(await made.payments.reverse(invoice, fact, force=force), json=json)


async def restore(
    invoice: Number,
    /,
    *,
    reversal: Annotated[str, Parameter(help="The id under which the money was taken back.")],
    amount: Amount,
    id: Id,  # noqa: A002
    force: Force = False,
    json: Json = False,
) -> None:
    """Enter money that came again after it was taken back, such as by a dispute that was won."""
    from dunning.case.facts import Restored

    fact = _fact(Restored, {"id": id, "reversal": reversal, "amount": _money(amount), "at": now()})
    async with composed(server="if there") as made:
        _say(await made.payments.restore(invoice, fact, force=force), json=json)


def _money(text: str) -> Money:
    from dunning.money import Money

    try:
        return Money.parse(text)
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None


def _fact(model: type[Fact], values: dict[str, object]) -> Fact:
    from pydantic import ValidationError

    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None


def _say(outcome: Outcome, *, json: bool) -> None:
    if json:
        print_json({"invoice": outcome.invoice, "outcome": outcome.outcome})
    else:
        say(f"{outcome.invoice}: {outcome.outcome}")
