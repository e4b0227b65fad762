"""`day-behind`: customers whose payment always lands just after the reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, Whole
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from datetime import date

    from dunning.fleet.day_behind import DayBehind
    from operations.processors.doctor import Found


async def day_behind(
    *,
    days: Annotated[int, Whole, Parameter(help="Look at invoices that were due in so many days (default: 130).")] = 130,
    json: Json = False,
) -> None:
    """List the customers whose payment always lands just after the reminder, with their own dates.

    Two months in a row, paid within three days after a reminder and about as many days after the due date, are a habit:
    mostly a payment subscription that was started upon a reminder. It is read from the books of paid invoices; what we
    charged ourselves does not count. Those whose own subscription at PayPal or Stripe will pay too late, or too little,
    are listed from its beginning. Nothing is sent to anybody by this.
    """
    async with composed(server="if there") as made:
        found = await made.day_behind.of(days)
        wrong = await made.payment_doctor.all()
    if json:
        print_json([*map(_as_json, found), *map(_wrong_as_json, wrong)])
    else:
        say(
            "\n\n".join([*map(_words, found), *map(_wrong, wrong)])
            or "nobody pays just after the reminder, two months in a row"
        )


def _words(each: DayBehind) -> str:
    head = " · ".join(part for part in (each.account, each.customer, ", ".join(each.pays_for)) if part)
    months = (
        f"  due {_day(month.due)}, reminded {_day(month.reminded)}, paid {_day(month.paid)} ({month.invoice})"
        for month in each.months
    )
    coming = f"  next: due {_day(each.next_due)}, and paid about {_day(each.next_paid)} unless something changes"
    cure = f"  in time if the payment comes {each.earlier} days earlier each month, or once {each.amount} ahead"
    return "\n".join([head, *months, coming, cure])


def _wrong(each: Found) -> str:
    from cli.processors.processor_subscription import in_words

    account = " · ".join(part for part in (each.account.id, each.account.name, each.habit.subscription) if part)
    return f"{account}\n  {in_words(each.habit)}"


def _wrong_as_json(each: Found) -> dict[str, Any]:
    return {"account": each.account.id, "customer": each.account.name, **each.habit.model_dump(mode="json")}


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"


def _as_json(each: DayBehind) -> dict[str, Any]:
    return {
        "account": each.account,
        "customer": each.customer,
        "pays_for": list(each.pays_for),
        "months": [{**month._asdict(), "days_behind": month.behind} for month in each.months],
        "next_due": each.next_due,
        "next_paid": each.next_paid,
        "days_earlier": each.earlier,
        "amount_minor": each.amount.minor,
        "currency": each.amount.currency,
    }
