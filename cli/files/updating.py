"""`start --update`: what rows say otherwise than is known is applied, with who and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter

from cli.files.file_row import Bad
from cli.shell.connections import composed
from cli.shell.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from operations.invoices.opened_many import Checked, Differing
    from operations.invoices.update_known import Change, Updated

Update = Annotated[
    bool,
    Parameter(negative="", help="Apply what rows say otherwise than is known of accounts, services and due dates."),
]


class Updating(NamedTuple):
    """Whether known things are changed, and who does it and why."""

    update: bool
    by: str
    reason: str

    def check(self) -> None:
        """Raises BadInputError for a change that nobody answers for, and for names without a change."""
        if self.update and not (self.by.strip() and self.reason.strip()):
            raise BadInputError("--update changes what is known: say who does it and why, with --by and --reason")
        if not self.update and (self.by or self.reason):
            raise BadInputError("--by and --reason say who changes what is known: they belong to --update")


async def looked_at(good: Sequence[Checked]) -> Updated:
    """What would change; nothing is written."""
    async with composed(server="not needed") as made:
        return await made.update_known.look(good)


async def applied(good: Sequence[Checked], updating: Updating) -> Updated:
    """Change it."""
    async with composed(server="if there") as made:
        return await made.update_known.apply(good, updating.by, updating.reason)


def without(good: Iterable[Checked], updated: Updated) -> list[Checked]:
    """The rows that may be opened."""
    gone = {each.place for each in (*updated.refused, *updated.failed)}
    return [each for each in good if each.place not in gone]


def words(changes: Iterable[Change], does: str) -> Iterator[str]:
    """A line for each: `INV-1 (bakery): would change due: ...`."""
    for each in sorted(changes):
        yield from (f"{each.invoice} ({each.account}): {does} {line}" for line in each.what)


def plain(changes: Iterable[Change]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {"line": each.place, "invoice": each.invoice, "account": each.account, "what": each.what}
        for each in sorted(changes)
    ]


def still_differing(differing: Iterable[Differing], updated: Updated) -> list[Differing]:
    """What a file does not change; a due date that was just moved is on its way to the books."""
    left: list[Differing] = []
    for each in differing:
        names = tuple(name for name in each.differs if name != "due" or each.invoice not in updated.moved)
        left += [each._replace(differs=names)] if names else []
    return left


def bad_rows(updated: Updated) -> list[Bad]:
    """The rows that are refused."""
    return [Bad(*each) for each in updated.refused]
