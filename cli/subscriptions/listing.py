"""`subscriptions`: what renews, when, and until when it is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Chosen, Json
from cli.shell.output import console, print_json, say, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dunning.subscriptions.subscription import Agreed, Subscription
    from operations.subscriptions.changes import Seen

_COLUMNS = ("subscription", "account", "state", "price", "policy", "paid through", "renews on", "invoice opens")


async def subscriptions(
    subscription: Annotated[str, Parameter(help="Show this one, with its lines, renewals and story.")] = "",
    /,
    *,
    account: Annotated[str, Chosen, Parameter(help="Only this account's.")] = "",
    all_: Annotated[bool, Parameter("--all", help="Those that are over, too.")] = False,
    json: Json = False,
) -> None:
    """List subscriptions, or show one: what it asks for, what was billed, what is paid, and what people changed."""
    async with composed(server="not needed") as made:
        if subscription:
            found = (await made.subscriptions.show(subscription),)
        else:
            found = await made.subscriptions.listed(account, ended=all_)
    if json:
        print_json(_plain(found[0]) if subscription else [_plain(each) for each in found])
    elif subscription:
        say(*_told(found[0]), sep="\n")
    elif found:
        console().print(table(_COLUMNS, (_row(each) for each in found)))
    else:
        say("none")


def asked_next(its: Subscription) -> Subscription | Agreed:
    """What is asked for next; of one that ends, what was asked for last: what was agreed for later never comes."""
    return its if its.ended or its.ends else its.next_terms


def _row(seen: Seen) -> tuple[str, ...]:
    its, agreed = seen.subscription, asked_next(seen.subscription)
    price = f"{agreed.terms.amount} {agreed.schedule.period}"
    on, opens = ("", "") if its.ended else (str(its.renews_on), f"{its.opens_at:%Y-%m-%d %H:%M}Z")
    if its.ends:
        on, opens = f"ends {its.ends}", ""
    return its.id, its.account, seen.state, price, agreed.terms.policy, str(seen.paid_through), on, opens


def _told(seen: Seen) -> Iterator[str]:
    its = seen.subscription
    terms, schedule = its.terms, its.schedule
    yield f"Subscription {its.id} · account {its.account} · {seen.state}"
    yield f"  {terms.amount} {schedule.period}, policy {terms.policy}, paid through {seen.paid_through}"
    yield from (f"  {line.text}: {line.amount}" for line in terms.lines)
    yield f"  pays for {', '.join(terms.pays_for) or 'whatever the account has'}"
    if its.coming and not (its.ended or its.ends):
        lines = ", ".join(f"{line.text}: {line.amount}" for line in its.coming.terms.lines)
        yield f"  from {its.renews_on} on {its.coming.terms.amount} {its.coming.schedule.period} ({lines})"
    if its.ends:
        yield f"  ends on {its.ends}"
    elif not its.ended:
        yield f"  renews on {its.renews_on}; its invoice is opened {its.opens_at:%Y-%m-%d %H:%M} UTC"
    if its.refused:
        yield f"  cannot be opened: {its.refused.reason}; tried again {its.refused.again_at:%Y-%m-%d %H:%M} UTC"
    billed = [
        f"{each.invoice}: {each.starts} to {each.ends}, {each.amount}, {each.outcome or 'open'}"
        for each in seen.renewals
    ]
    story = [f"{each.at:%Y-%m-%d %H:%MZ} {each.text}" for each in its.told]
    for title, lines in (("Billed", billed), ("Story", story)):
        yield from ("", title, *(f"  {line}" for line in lines or ["nothing yet"]))


def _plain(seen: Seen) -> dict[str, Any]:
    its, agreed = seen.subscription, asked_next(seen.subscription)
    return {
        "subscription": its.id,
        "account": its.account,
        "state": seen.state,
        "policy": agreed.terms.policy,
        "amount": str(agreed.terms.amount),
        "period": agreed.schedule.period,
        "lines": [{"text": line.text, "amount": str(line.amount)} for line in agreed.terms.lines],
        "pays_for": agreed.terms.pays_for,
        "paid_through": seen.paid_through,
        "renews_on": None if its.ended or its.ends else its.renews_on,
        "opens_at": None if its.ended or its.ends else its.opens_at.isoformat(),
        "paused": its.paused,
        "ends": its.ends,
        "refused": its.refused,
        "renewals": [{**each.model_dump(mode="json"), "amount": str(each.amount)} for each in seen.renewals],
        "story": its.told,
    }
