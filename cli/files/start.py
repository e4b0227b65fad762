"""`start`: a file of invoices becomes accounts in the store and cases on the server, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.files.defaults import filled, usual_panel
from cli.files.file_row import Bad
from cli.files.rows import read_rows
from cli.files.updating import Update, Updating, applied, bad_rows, looked_at, plain, still_differing, without, words
from cli.files.ways_of_writing import WaysOfWriting
from cli.shell.connections import composed
from cli.shell.errors import AGAIN, BAD_INPUT, FAILED
from cli.shell.options import Json
from cli.shell.output import complain, print_json, say
from cli.shell.progress import counting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from operations.invoices.dry_run import WouldOpen
    from operations.invoices.opened_many import Checked, OpenedMany
    from operations.invoices.update_known import Updated


async def start(
    file: Annotated[
        str, Parameter(help="JSON, JSON lines or CSV by its ending; - is standard input.", allow_leading_hyphen=True)
    ],
    /,
    *,
    brand: Annotated[str, Parameter(help="Brand of the accounts whose rows name none.")] = "",
    panel: Annotated[
        str, Parameter(help="Panel of the services that name none (default: sandbox, or the only one).")
    ] = "",
    dates: Annotated[str, Parameter(help="How the file writes dates, such as DD.MM.YYYY (default: 2026-12-01).")] = "",
    decimal_comma: Annotated[bool, Parameter(help="The file writes amounts like USD 19,99.")] = False,
    moved_in: Annotated[
        str, Parameter(help="Day of the last notice that another system sent, of rows that name none.")
    ] = "",
    level: Annotated[
        str, Parameter(help="locked or suspended: what that system had brought the services to; we take it over.")
    ] = "",
    lines: Annotated[bool, Parameter(help="Rows of the same invoice are its lines: they are added up.")] = False,
    dry_run: Annotated[bool, Parameter(help="Only tell what would happen, to whom and when.")] = False,
    strict: Annotated[bool, Parameter(help="Start none when any row is bad.")] = False,
    update: Update = False,
    by: Annotated[str, Parameter("--by", help="Who changes what is known; kept with the account.")] = "",
    reason: Annotated[str, Parameter(help="Why; kept with the account.")] = "",
    json: Json = False,
) -> int:
    """Start the cases of a file's invoices. Every row is checked first; safe to run again at any time.

    A row has the keys invoice, account, amount ("USD 19.99"), due and policy, and may have more: docs/files.md lists
    them all. In CSV, between commas, semicolons or tabs, the first line names the columns, in any case and order.

    What is known stays as it is, and a row that differs says so. With --update it is changed: accounts, how services
    are reached, due dates; an amount that differs is refused.
    """
    updating = Updating(update, by, reason)
    updating.check()
    written = WaysOfWriting(dates, decimal_comma)
    said = {"brand": brand, "moved_in": written.day("--moved-in", moved_in), "level": level}
    rows = [filled(written.read(row), panel or usual_panel(), **said) for row in read_rows(file)]

    from cli.files.checked import checked
    from operations.invoices.opened_many import OpenedMany
    from operations.invoices.update_known import Updated

    async with composed(store="not needed", server="not needed") as made:
        good, bad = checked(rows, made.check_invoice.check, lines=lines)
    updated = await looked_at(good) if update and good else Updated()
    good, bad = await _with_services(without(good, updated), [*bad, *bad_rows(updated)], update=update)
    if dry_run:
        return await _tell(file, good, bad, updated, json=json)
    report = OpenedMany()
    if good and not (strict and bad):
        updated = await applied(good, updating) if update else Updated()
        bad, report.failed = [*bad, *bad_rows(updated)], updated.failed
        good = without(good, updated)
        if not updated.failed:
            await _open(good, report)
        report.differing = still_differing(report.differing, updated)
    else:
        updated = Updated()
    bad = [*bad, *(Bad(*each) for each in report.refused)]
    not_started = [each.new.invoice for each in good] if strict and bad else []
    _say(file, report, bad, updated, not_started=not_started, json=json)
    return FAILED if report.failed else BAD_INPUT if bad else 0


async def _with_services(good: list[Checked], bad: list[Bad], *, update: bool) -> tuple[list[Checked], list[Bad]]:
    """Those that fit their accounts, and with the bad those that do not. Else the store is not needed yet."""
    if not any(each.new.pays_for or each.new.brand for each in good):
        return good, bad
    async with composed(server="not needed") as made:
        refused = await made.check_services.refused(good, update=update)
    unknown = [Bad(each.place, each.new.invoice, refused[each.place]) for each in good if each.place in refused]
    return [each for each in good if each.place not in refused], [*bad, *unknown]


async def _tell(file: str, good: list[Checked], bad: list[Bad], updated: Updated, *, json: bool) -> int:
    from cli.files import dry_run
    from operations.errors import RefusedError

    found: list[WouldOpen] = []
    async with composed(server="not needed") as made:
        with counting(len(good), "looking") as tick:
            for each in good:
                try:
                    found.append(await made.dry_run.of(each))
                except RefusedError as error:
                    bad.append(Bad(each.place, each.new.invoice, error.reason))
                tick()
    if json:
        print_json({"invoices": dry_run.plain(found), "changes": plain(updated.changed), "bad": _plain(sorted(bad))})
    else:
        changes = words(updated.changed, "would change")
        say(*dry_run.words(found), *changes, dry_run.summary(found, len(bad)), sep="\n")
        complain_of(file, sorted(bad))
    return BAD_INPUT if bad else 0


async def _open(good: list[Checked], report: OpenedMany) -> None:
    from operations.invoices.open_many import open_many

    async with composed() as made:
        await made.registered()
        with counting(len(good), "starting") as tick:
            await open_many(good, made.open_invoice, report, tick)


def _say(
    file: str, report: OpenedMany, bad: list[Bad], updated: Updated, *, not_started: list[str], json: bool
) -> None:
    failed = [Bad(*each) for each in report.failed]
    if json:
        opened = {key.replace(" ", "_"): numbers for key, numbers in report.opened.items()}
        wrong = {"bad": _plain(bad), "failed": _plain(failed)}
        more = {"differing": [each._asdict() for each in sorted(report.differing)], "inside": sorted(report.inside)}
        changed = {"changed": plain(updated.changed)}
        print_json({**opened, "not_started": not_started, **changed, **more, **wrong})
        return
    counts = [f"{len(numbers)} {key}" for key, numbers in report.opened.items()]
    say(*words(updated.changed, "changed"), sep="\n", end="\n" if updated.changed else "")
    say(", ".join([*counts, f"{len(bad)} bad", f"{len(failed)} failed"]))
    differing = [
        Bad(place, invoice, f"differs: {', '.join(names)}; what is known stays, addresses and services are added")
        for place, invoice, names in sorted(report.differing)
    ]
    complain_of(file, [*bad, *differing])
    if not_started:
        complain(f"--strict: {len(not_started)} good row(s) were not started; correct the bad ones and run it again")
    if report.inside:
        complain(f"No address outside of what we host, so we ask for one: {', '.join(sorted(report.inside))}")
    if report.unheard:
        complain("No worker answers: the cases are started and begin with their first step when one is there.")
    if failed:
        complain(f"starter: {len(failed)} invoice(s) were not started: {failed[0].reason}; {AGAIN}")


def complain_of(file: str, rows: Iterable[Bad]) -> None:
    """A line for each row that cannot be used: file, line, what it is about, and why."""
    name = "standard input" if file == "-" else file
    for row in rows:
        complain(f"{name}:{row.line}: {row.invoice + ': ' if row.invoice else ''}{row.reason}")


def _plain(rows: Iterable[Bad]) -> list[dict[str, object]]:
    return [row._asdict() for row in rows]
