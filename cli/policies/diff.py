"""`diff`: what a change of policy would do to the open invoices, before anybody saves it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say
from cli.shell.preferences import policies
from cli.shell.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dunning.forecast.difference import Change, Fees
    from dunning.forecast.other_policy import Compared, Road
    from operations.policies.difference import Difference

_NAMED = 10
"""So many invoices of a sort are named for people."""


async def diff(
    old: Annotated[str, Parameter(help="Policy of the invoices: name in the policies folder, or a .toml file.")],
    new: Annotated[str, Parameter(help="The other policy, in the same way: a draft need not be in the folder.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Tell what another policy would do to the open invoices of one, if they were moved to it and nobody pays.

    Saving a policy moves none: an open invoice keeps the plan that it began with. Both roads are played by the rules
    from the table that `list` reads. What is done stays done; notices, charges and fees that only the other policy
    has, of days that are past, are left out. Temporal is not asked, and nothing is changed.
    """
    own, other = policies().usable(old), policies().usable(new)
    async with composed(server="not needed") as made:
        with progress("comparing") as tick:
            found = await made.compare_policies.of(own, other, tick)
    if json:
        print_json(_as_json(found))
    else:
        say(*_sentences(found, old, new), sep="\n")


def _sentences(found: Difference, old: str, new: str) -> Iterator[str]:
    yield f"{found.invoices} open invoice(s) run under {found.own.name}."
    yield f"Saving {new} moves none of them: an open invoice keeps the plan that it began with."
    if found.found:
        yield f"If these {len(found.found)} were moved to {new} now, and nobody pays:"
    for change in found.changes():
        yield f"  {change_words(change)}"
    for each in found.fees():
        yield f"  {fee_words(each)}"
    if found.found:
        yield f"  {found.unchanged} would see no change in any of this"
    if found.earlier:
        yield f"{found.earlier} of them began under an earlier version of {old}, and are compared with that plan."
    for why, group in groupby(sorted(found.not_looked_at, key=lambda each: each.why), key=lambda each: each.why):
        names = [each.invoice for each in group]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"Not compared: {len(names)} invoice(s), {why}: {', '.join(names[:_NAMED])}{more}."


def fee_words(fees: Fees) -> str:
    """`all fees to come would be USD 10.00 instead of USD 5.00`."""
    from dunning.money import Money

    own, other = (Money(minor=minor, currency=fees.currency) for minor in (fees.own, fees.other))
    return f"all fees to come would be {other} instead of {own}"


def change_words(change: Change) -> str:
    """`212 would be suspended 5 days earlier`."""
    deed, invoices = DEEDS[change.deed.value], change.invoices
    if change.days is None:
        return f"{invoices} more would {deed}" if change.comes else f"{invoices} would not {deed} any more"
    days, when = abs(change.days), "earlier" if change.days < 0 else "later"
    return f"{invoices} would {deed} {days} day{'' if days == 1 else 's'} {when}"


DEEDS = {
    "charged": "be charged",
    "fee": "get a late fee",
    "warned": "be warned at login",
    "locked": "be locked",
    "suspended": "be suspended",
    "inactive": "become inactive",
    "deleted": "be deleted",
    "back-ups deleted": "lose their back-ups",
}


def _as_json(found: Difference) -> dict[str, Any]:
    return {
        "as_of": found.now.isoformat(timespec="seconds"),
        "old": {"policy": found.own.name, "version": found.own.version},
        "new": {"policy": found.other.name, "version": found.other.version},
        "invoices": found.invoices,
        "compared": len(found.found),
        "not_compared": [each._asdict() for each in found.not_looked_at],
        "began_under_an_earlier_version": found.earlier,
        "unchanged": found.unchanged,
        "changes": [{**each._asdict(), "deed": each.deed.value} for each in found.changes()],
        "fees": [{"currency": each.currency, "old": each.own, "new": each.other} for each in found.fees()],
        "by_invoice": [_invoice(each) for each in found.found],
    }


def _invoice(each: Compared) -> dict[str, Any]:
    return {
        "invoice": each.invoice,
        "account": each.account,
        "customer": each.customer,
        "version": each.version,
        "old": _road(each.own, each.currency),
        "new": _road(each.other, each.currency),
    }


def _road(road: Road, currency: str) -> dict[str, Any]:
    first = {deed.value: day.isoformat() for deed, day in road.first.items() if deed.value != "written to"}
    return {"first": first, "fees": {"minor": road.fees, "currency": currency}}
