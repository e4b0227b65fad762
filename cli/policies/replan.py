"""`replan`: open invoices follow another policy, by a stated rule, with a notice to each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from cli.policies.diff import change_words, fee_words
from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json, day
from cli.shell.output import complain, print_json, say
from cli.shell.preferences import policies
from cli.shell.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.policies.replan import Moved, Quote, Wanted

_NAMED = 10
"""So many subscriptions are named for people."""


async def replan(
    old: Annotated[str, Parameter(help="Policy of the invoices: its name in the policies folder.")],
    new: Annotated[str, Parameter(help="The policy that they are to follow, in the same way.")],
    /,
    *,
    rule: Annotated[
        Literal["old", "new", "kinder"],
        Parameter(help="What open invoices follow: the old policy, the new one, or whichever is kinder to each."),
    ],
    by: Annotated[str, Parameter("--by", help="Who decides this; kept in each case.")],
    reason: Annotated[str, Parameter(help="Why; kept in each case.")],
    due_from: Annotated[
        str | None, Parameter(help="Only invoices that are due on that day or later, like 2027-01-01 (default: all).")
    ] = None,
    invoice: Annotated[tuple[str, ...], Parameter(help="Only this invoice; give it again for more.")] = (),
    yes: Annotated[bool, Parameter(negative="", help="Do it; else it is only told.")] = False,
    json: Json = False,
) -> None:
    """Tell what it would mean if open invoices of one policy followed another one, and with --yes move them.

    `kinder` moves an invoice only if no fee and no restriction would be new, come earlier or cost more. What is done
    stays done, and nothing comes before a day that a notice named. Each customer gets a notice with the new days. The
    same policy twice moves those that began under an earlier version of its file. Safe to repeat.
    """
    if not (by.strip() and reason.strip()):
        raise BadInputError("--by and --reason: say who decides this, and why")
    if wrong := [each for each in (old, new) if each.endswith(".toml")]:
        raise BadInputError(f"{wrong[0]}: name a policy of the policies folder; a draft is for `diff`")
    from operations.policies.replan import Wanted

    own, other = policies().usable(old), policies().usable(new)
    since = day(due_from, "--due-from") if due_from is not None else None
    wanted = Wanted(own, other, rule, since, invoice)
    async with composed() as made:
        with progress("comparing") as tick:
            quote = await made.move_to_policy.quote(wanted, tick)
        moved = await made.move_to_policy.move(wanted, quote.moves, by, reason) if yes else None
        renews = [each.subscription.id for each in await made.subscriptions.listed() if _renews_under(each, old, new)]
    if json:
        print_json(_as_json(quote, moved, renews))
    else:
        say(*_sentences(wanted, quote, moved, renews), sep="\n")
    if refused := [each for each in moved or () if each.result == "refused"]:
        for each in refused:
            complain(f"{each.invoice}: {each.reason}")
        raise BadInputError(f"{len(refused)} of {len(quote.moves)} were refused; the others are as they are told above")


def _renews_under(seen: Any, old: str, new: str) -> bool:
    return old != new and seen.subscription.next_terms.terms.policy == old


def _sentences(wanted: Wanted, quote: Quote, moved: list[Moved] | None, renews: list[str]) -> Iterator[str]:
    old, new = wanted.own.name, wanted.other.name
    yield f"By the rule {wanted.rule}, {len(quote.moves)} open invoice(s) of {old} follow {new}, {quote.kept} do not."
    if quote.moves and moved is None:
        yield "If these are moved now, and nobody pays:"
        yield from (f"  {change_words(each)}" for each in quote.difference.changes())
        yield from (f"  {fee_words(each)}" for each in quote.difference.fees())
        if quote.difference.unchanged:
            yield f"  {quote.difference.unchanged} would see no change in any of this"
    if quote.others:
        yield f"Not open under {old}, now: {', '.join(quote.others)}."
    for each in quote.difference.not_looked_at:
        yield f"Not moved: {each.invoice}, {each.why}."
    if moved is None:
        yield "Nothing was changed; say --yes to move them."
    else:
        done = sum(each.result == "moved" for each in moved)
        yield f"{done} moved; each customer gets a notice with the new days." if done else "Nothing was moved."
        yield from (f"{each.invoice} was not moved: {each.reason}" for each in moved if each.result == "kept")
    if renews:
        yield (
            f"{len(renews)} subscription(s) go on to be billed under {old}: {', '.join(renews[:_NAMED])}"
            f"{' ...' if len(renews) > _NAMED else ''}; `starter.py change ID --policy {new}` changes that."
        )


def _as_json(quote: Quote, moved: list[Moved] | None, renews: list[str]) -> dict[str, Any]:
    return {
        "moves": list(quote.moves),
        "kept": quote.kept,
        "not_open_under_old": list(quote.others),
        "changes": [{**each._asdict(), "deed": each.deed.value} for each in quote.difference.changes()],
        "not_looked_at": [each._asdict() for each in quote.difference.not_looked_at],
        "results": None if moved is None else [each._asdict() for each in moved],
        "subscriptions_left": renews,
    }
