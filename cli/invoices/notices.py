"""`notices preview`, `show`, `resend`, `list`: what a policy can send, and the notices that were sent, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json, day, now
from cli.shell.output import complain, console, print_json, say, table
from cli.shell.preferences import policies, settings

if TYPE_CHECKING:
    from dunning.records.mail import NoticeCopy

_FOLDER = Path(".reprieve") / "notices"
_COLUMNS = ("sent (UTC)", "notice", "subject", "to", "status")

notices = App(name="notices", help="Look at notices: all that a policy can send, and each that was sent.")


@notices.command
def preview(
    *,
    policy: Annotated[str, Parameter(help="Name in the policies folder, or a path that ends in .toml.")],
    locale: Annotated[str, Parameter(help="The customer's language and way of writing, like de_DE.")] = "en_US",
    due: Annotated[str, Parameter(help="Due date of the sample invoice (default: today).")] = "",
    out: Annotated[Path | None, Parameter(help="Folder (default: .reprieve/notices/POLICY-LOCALE).")] = None,
) -> None:
    """Write every notice of a policy to files, as a customer would get it on the policy's own days.

    Each is there as HTML, as plain text and as the whole mail (.eml); index.html leads to all of them.
    """
    on = day(due, "--due") if due else now().date()

    rules = policies().usable(policy)

    from adapters.templates.locale import is_locale
    from cli.policies.preview import lacking, rows, write

    if not is_locale(locale):
        raise BadInputError(f"--locale: {locale!r} is no locale; write one like en_US or de_DE")

    folder, found = out or _FOLDER / f"{rules.name}-{locale}", list(rows(settings(), rules, locale, on))
    try:
        write(folder, rules, locale, found)
    except OSError as error:
        raise BadInputError(f"--out: {folder} cannot be written: {error.strerror}") from None
    say(f"{len(found)} notices; look at {folder / 'index.html'}")
    if lacks := lacking(settings(), locale):
        complain(f"{locale} is not used until it is whole; it lacks {', '.join(lacks)}")


@notices.command
async def show(
    notice: Annotated[str, Parameter(help="Its id, such as INV-1042:first-overdue:0; `notices list` names them.")],
    /,
    *,
    html: Annotated[bool, Parameter(help="Print its HTML and nothing else.")] = False,
    json: Json = False,
) -> None:
    """Show a notice as it was sent: to whom, when, from which template, what became of it, and its final words."""
    async with composed(server="not needed") as made:
        copy = await made.archive.copy(notice)
    if json:
        print_json(copy)
    elif html:
        say(copy.content.html)
    else:
        say(*_head(copy), "", copy.content.text, sep="\n")


@notices.command
async def resend(
    notice: Annotated[str, Parameter(help="Its id, such as INV-1042:first-overdue:0; `notices list` names them.")],
    /,
    *,
    to: Annotated[str, Parameter(help="An address of the account (default: the first one that works).")] = "",
    json: Json = False,
) -> None:
    """Send a copy of a notice to a customer who asks for it: the words of its day, and a line that says of which day.

    It warns of nothing: nothing that happens to the customer rests on a copy.
    """
    async with composed(server="not needed") as made:
        copy = await made.resend.resend(await made.archive.copy(notice), to)
    if json:
        print_json(copy)
    else:
        say(f"{copy.id} sent to {copy.recipient}: {copy.detail}")


@notices.command(name="list")
async def list_(
    name: Annotated[str, Parameter(help="Number of an invoice, or an account: then of all its invoices.")],
    /,
    *,
    json: Json = False,
) -> None:
    """List the notices that went to a customer, oldest first."""
    async with composed(server="not needed") as made:
        found = await made.archive.of(name)
    if json:
        print_json(found)
        return
    if not found:
        say("no notices")
        return
    rows = ((f"{c.at:%Y-%m-%d %H:%M}", c.id, c.content.subject, c.recipient, c.status) for c in found)
    console().print(table(_COLUMNS, rows))


def _head(copy: NoticeCopy) -> list[str]:
    """What stands above the words; who looks wants to know whether it arrived."""
    facts = {
        "Notice": copy.id,
        "Subject": copy.content.subject,
        "To": copy.recipient,
        "Reply-To": copy.reply_to,
        "Time": f"{copy.at:%Y-%m-%d %H:%M:%S}Z",
        "Template": copy.content.template,
        "Result": " ".join(part for part in (copy.status, copy.detail) if part),
        "Message-ID": copy.message_id,
        "Digest": copy.digest,
    }
    return [f"{name + ':':<12}{value}" for name, value in facts.items() if value]
