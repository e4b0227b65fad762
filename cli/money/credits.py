"""`credits`: the money of an account that belongs to no open invoice, and what people do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, Number
from cli.shell.output import console, print_json, say, table

if TYPE_CHECKING:
    from dunning.money import Money
    from dunning.records.credit import Credit

_COLUMNS = ("at (UTC)", "amount", "id", "reason")

Account = Annotated[str, Parameter(help="The account.")]
Amount = Annotated[str, Parameter(help='Like "USD 19.99".')]
Id = Annotated[str, Parameter(help="An id of yours, such as the ticket's: the same id happens once.")]
By = Annotated[str, Parameter("--by", help="Who does this; kept with it.")]
Reason = Annotated[str, Parameter(help="Why; kept with it.")]

credits_ = App(name="credits", help="Show, add, use and pay out the credit of an account.")


@credits_.default
async def show(
    account: Annotated[str, Parameter(help="The account; `unmatched` is money that belongs to nobody known.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Show an account's credit, oldest first: what came, what was used (negative), and what is left."""
    async with composed(server="not needed") as made:
        found = await made.payments.credit(account)
    if json:
        print_json(found._asdict())
        return
    if found.credits:
        rows = [(f"{each.at:%Y-%m-%d %H:%M}", str(each.amount), each.id, each.reason) for each in found.credits]
        console().print(table(_COLUMNS, rows))
    its = found.account
    say(f"{its}: {', '.join(map(str, found.left))} left" if found.credits else f"{its}: no credit")
    if found.carried:
        say(f"{its}: {', '.join(map(str, found.carried))} carried to the next invoice")


@credits_.command
async def add(
    account: Account,
    /,
    *,
    amount: Amount,
    id: Id,  # noqa: A002
    by: By,
    reason: Reason,
    json: Json = False,
) -> None:
    """Add credit, such as for goodwill. It pays the account's open invoices as their policies say."""
    _named(id, by, reason)
    money = _money(amount)
    async with composed() as made:
        _say(await made.credit.add(account, money, id, by, reason), "added", json=json)


@credits_.command(name="pay-out")
async def pay_out(
    account: Account,
    /,
    *,
    amount: Amount,
    id: Id,  # noqa: A002
    by: By,
    reason: Reason,
    json: Json = False,
) -> None:
    """Note that credit was paid to the customer by hand, such as by bank transfer."""
    _named(id, by, reason)
    money = _money(amount)
    async with composed(server="not needed") as made:
        _say(await made.credit.pay_out(account, money, id, by, reason), "paid out", json=json)


@credits_.command
async def use(
    invoice: Number,
    /,
    *,
    id: Id,  # noqa: A002
    by: By,
    reason: Reason,
    amount: Annotated[str | None, Parameter(help="At most so much (default: all that is owed).")] = None,
    json: Json = False,
) -> None:
    """Have the account's credit pay for an invoice now, whatever its policy says about credit.

    The case takes what there is, once; `show` says how much it was.
    """
    from pydantic import ValidationError

    from dunning.case.facts import UseCredit

    _named(id, by, reason)
    most = _money(amount) if amount is not None else None
    try:
        fact = UseCredit(id=id, most=most, by=by, reason=reason)
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None
    async with composed(server="if there") as made:
        answer = await made.decisions.decide(invoice, fact)
    if json:
        print_json({"invoice": invoice, "outcome": answer.outcome, "balance": answer.balance, "state": answer.state})
    else:
        say(f"{invoice}: credit {answer.outcome}; balance {answer.balance} before it, state {answer.state}")


def _named(*values: str) -> None:
    for option, value in zip(("id", "by", "reason"), values, strict=True):
        if not value.strip():
            raise BadInputError(f"--{option}: may not be empty")


def _money(text: str) -> Money:
    from dunning.money import Money

    try:
        return Money.parse(text)
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None


def _say(line: Credit, what: str, *, json: bool) -> None:
    if json:
        print_json(line.model_dump())
    else:
        say(f"{line.account}: {line.amount} {what} ({line.reason})")
