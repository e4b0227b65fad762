"""`day-behind`: customers whose payment always lands just after the reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, Whole
from cli.shell.output import print_json

if TYPE_CHECKING:
    from datetime import date

    from dunning.fleet.day_behind import DayBehind


async def day_behind(
    *,
    days: Annotated[int, Whole, Parameter(help="Look at invoices that were due in so many days (default: 130).")] = 130,
    json: Json = False,
) -> None:
    """List the customers whose payment always lands just after the reminder, with their own dates.

    Two months in a row, paid within three days after a reminder and about as many days after the due date, are a habit:
    mostly a payment subscription that was started upon a reminder. It is read from the books of paid invoices; what we
    charged ourselves does not count. Nothing is sent to anybody.
    """
    async with composed(server="not needed") as made:
        found = await made.day_behind.of(days)
    if json:
        print_json([_as_json(each) for each in found])
    else:
        print("\n\n".join(map(_words, found)) or "nobody pays just after the reminder, two months in a row")


def _words(each: DayBehind) -> str:
    head = " · ".join(part for part in (each.account, each.customer, ", ".join(each.pays_for)) if part)
    months = (
        f"  due {_day(month.due)}, reminded {_day(month.reminded)}, paid {_day(month.paid)} ({month.invoice})"
        for month in each.months
    )
    coming = f"  next: due {_day(each.next_due)}, and paid about {_day(each.next_paid)} unless something changes"
    cure = f"  in time if the payment comes {each.earlier} days earlier each month, or once {each.amount} ahead"
    return "\n".join([head, *months, coming, cure])


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
