"""`audit`: whether the log of decisions is whole, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.audit.lines import lines
from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Chosen, Json, Whole, day, parsed_instant
from cli.shell.output import print_json, say
from dunning.visible import in_a_line

if TYPE_CHECKING:
    from datetime import datetime

    from dunning.audit.verify import Verified
    from operations.audit.look import Shown

_LINK = re.compile("[0-9a-f]{64}")
WHAT_TO_DO = "Copy the store before anything else; docs/audit.md says what each of these means and what to do."
Link = Annotated[str, Parameter(help="A link that was noted before.")]

audit = App(name="audit", help="Verify and show who decided what, and who was given access.")


@audit.command
async def verify(*, expect: Link = "", since: Link = "", json: Json = False) -> None:
    """Hash the whole audit log again, and say whether each entry is as it was written, and where it was.

    Note the newest link somewhere else: nobody who can write to the database can cut off the end, or write all anew,
    without --expect LINK finding it. --since LINK looks only at what came after the entry with that link, which has
    to be there, too. Exit status 2 when anything is wrong.
    """
    for name, link in (("--expect", expect), ("--since", since)):
        if link and not _LINK.fullmatch(link):
            raise BadInputError(f"{name}: {link!r} is no link; `audit verify` prints the newest, of 64 digits")
    async with composed(server="not needed") as made:
        found = await made.look_at_audit.verify(expect, since)
    if json:
        print_json({**_plain(found), "whole": not found.wrong})
    else:
        _print(found)
    if found.wrong:
        raise BadInputError(_told(found))


@audit.command
async def show(
    *,
    who: Annotated[str, Parameter(help="Of this user, or of this login at the operating system."), Chosen] = "",
    about: Annotated[
        str, Parameter(help="About this invoice, account, service or command, as it was typed."), Chosen
    ] = "",
    since: Annotated[str, Parameter(help="From when: 2026-11-30 (UTC) or 2026-11-30T09:00:00Z."), Chosen] = "",
    until: Annotated[str, Parameter(help="Before when, written likewise."), Chosen] = "",
    most: Annotated[int, Parameter(help="So many, the newest."), Whole] = 50,
    json: Json = False,
) -> None:
    """Show what people decided and to whom access was given, the newest last.

    What was asked for is written before it is tried: where no outcome follows, nobody knows how it ended. --json has
    all that is hashed, as docs/audit.md says.
    """
    from dunning.audit.wanted import Wanted

    if most < 1:
        raise BadInputError("--most: at least 1")
    wanted = Wanted(who, (about,) if about else (), _at(since, "--since"), _at(until, "--until"))
    async with composed(server="not needed") as made:
        found = await made.look_at_audit.show(wanted, most)
    if json:
        print_json([_entry(each) for each in found.shown])
        return
    say(*lines(found), sep="\n")


def _at(text: str, option: str) -> datetime | None:
    from datetime import UTC, datetime, time

    if not text:
        return None
    if "T" in text:
        return parsed_instant(text, option)
    return datetime.combine(day(text, option), time(), UTC)


def _entry(each: Shown) -> dict[str, object]:
    said = each.words.model_dump(mode="json", exclude_defaults=True) if each.words else None
    erased_by = each.erasure.number if each.erasure else None
    return {**each.entry._asdict(), "says": said, "changed": each.changed, "erased_by": erased_by}


def _plain(found: Verified) -> dict[str, object]:
    return {
        **found._asdict(),
        "erasures": [each._asdict() for each in found.erasures],
        "mistakes": [each._asdict() for each in found.mistakes],
    }


def _print(found: Verified) -> None:
    say(f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'} looked at")
    if found.entries:
        say(f"newest: entry {found.number} of {found.at}")
        say(f"link {found.link}")
    for each in found.erasures:
        who = f"by {each.by or 'nobody who is named'}{f': {each.reason}' if each.reason else ''}"
        say(in_a_line(f"words of {each.entries:,} erased on {each.at} {who} (entry {each.number})"))
    if not found.wrong:
        say("each is as it was written, where it was")


def _told(found: Verified) -> str:
    head = f"the audit log is not as it was written, {found.wrong:,} mistake{'' if found.wrong == 1 else 's'}:"
    told = [f"  entry {each.number}: {each.why}" for each in found.mistakes]
    more = found.wrong - len(found.mistakes)
    return "\n".join((head, *told, *([f"  and {more:,} more"] if more else []), WHAT_TO_DO))
