"""`processor-subscription`: subscriptions that a payment processor runs, and the accounts that they pay for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.options import Chosen, Json, parsed_instant
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from dunning.case.habit import Habit
    from dunning.records.processor_subscriptions import ProcessorSubscription

Id = Annotated[str, Parameter(help="The processor's own id of it, such as I-BW452GLLEP1G, or sub_1Mow at Stripe.")]

processor_subscription = App(
    name="processor-subscription", help="Say which account a subscription pays for that PayPal or Stripe runs."
)


@processor_subscription.command
async def add(
    id: Id,  # noqa: A002 - as it is called there
    /,
    *,
    account: Annotated[str, Parameter(help="The account that it pays for.")],
    subscription: Annotated[
        str, Parameter(help="Our subscription whose invoices it pays (default: all that the account owes).")
    ] = "",
    since: Annotated[
        str, Parameter(help="Count what it paid from then on, like 2026-12-01T00:00:00Z (default: from now on).")
    ] = "",
    by: Annotated[str, Parameter("--by", help="Who decides this; kept with it.")],
    json: Json = False,
) -> None:
    """Link a subscription that PayPal or Stripe runs to an account: from now on what it pays counts here.

    Each of its payments counts once, on the oldest invoice that is owed; as credit of the account when none is. The
    company
    is asked for its amount and dates. Safe to repeat.
    """
    from operations.processors.links import NewLink

    counts_from = parsed_instant(since, "--since") if since else None
    async with composed(server="if there") as made:
        done = await made.processor_links.add(NewLink(id, account, subscription, counts_from, by))
    if json:
        print_json({**_as_json(done.link), "changed": done.changed, "payments": done.told})
        return
    say(_line(done.link) + ("" if done.changed else "; it is so already"))
    if done.warned:
        say(f"its customer is told by mail: {in_words(done.warned)}")
    if done.told:
        say(f"{done.told} payment(s) that it made since were brought to invoices")


@processor_subscription.command(name="list")
async def list_(
    *,
    account: Annotated[str, Chosen, Parameter(help="Only this account's.")] = "",
    json: Json = False,
) -> None:
    """List the subscriptions that a processor runs, as they were looked at last: every hour, and at each webhook."""
    async with composed(server="not needed") as made:
        found = await made.processor_links.all(account)
    if json:
        print_json([_as_json(each) for each in found])
        return
    say("\n".join(map(_line, found)) or "no subscription of a processor is linked to an account")


@processor_subscription.command
async def remove(id: Id, /, *, json: Json = False) -> None:  # noqa: A002 - as above
    """Forget the link. What was counted stays; the company is not told, and goes on taking money. Safe to repeat."""
    from dunning.records.processor_subscriptions import COMPANIES, company_of

    async with composed(server="not needed") as made:
        gone = await made.processor_links.remove(id)
    if json:
        print_json({"id": id, "removed": gone})
        return
    there = COMPANIES[company_of(id)]
    say(f"{id}: {f'removed; cancel it at {there} if the customer wants that' if gone else 'is not linked'}")


def in_words(habit: Habit) -> str:
    """What is wrong, for staff."""
    late = f"due {habit.due}, reminded {habit.reminded}, it pays {habit.pays}" if habit.late else ""
    began = f"it began on {habit.began} and was moved to the 1st, {habit.pays}" if habit.began else ""
    short = f"it pays {habit.amount} of {habit.owed}, so {habit.short} stays open each time" if habit.short else ""
    return "; ".join(each for each in (late, began, short, f"better from {habit.better} on") if each)


def _line(link: ProcessorSubscription) -> str:
    terms = link.terms
    paying = f"{link.account}{f' ({link.subscription})' if link.subscription else ''}"
    expected = f", pays next on {terms.expected:%Y-%m-%d}" if terms.expected else ""
    failed = f", {terms.failed} payment(s) failed" if terms.failed else ""
    amount = terms.amount or "amount unknown"
    return f"{link.id}: {link.processor}, {terms.status}, for {paying}: {amount}{expected}{failed}"


def _as_json(link: ProcessorSubscription) -> dict[str, Any]:
    return link.model_dump(mode="json") | {"expected": link.terms.expected}
