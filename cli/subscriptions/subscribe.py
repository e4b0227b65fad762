"""`subscribe`: a subscription begins, or those of a file: accounts and rows in the store, workflows on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.files.file_row import Bad, FileRow
from cli.files.updating import Updating
from cli.files.ways_of_writing import WaysOfWriting
from cli.shell.connections import composed
from cli.shell.errors import BAD_INPUT, FAILED, BadInputError, plainly, reasons
from cli.shell.options import Json, now
from cli.shell.output import complain, print_json, say
from cli.shell.progress import counting
from cli.subscriptions.listing import asked_next

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composition import Composition
    from dunning.subscriptions.subscription import Subscription
    from operations.errors import RefusedError
    from operations.subscriptions.subscribe import Subscribed
    from operations.subscriptions.subscribe_many import Checked

Lines = Annotated[
    tuple[str, ...],
    Parameter("--line", help='What is paid for, like "Web hosting=USD 19.99"; may be given several times.'),
]
PaysFor = Annotated[
    tuple[str, ...], Parameter(help="Id of a service that it pays for; several times for several (default: all).")
]
PeriodName = Annotated[str, Parameter(help="monthly, quarterly, half-yearly, yearly, '10 days', '2 weeks'.")]


async def subscribe(
    subscription: Annotated[str, Parameter(help="Id of the subscription, such as bakery-web.")] = "",
    /,
    *,
    account: Annotated[str, Parameter(help="The account.")] = "",
    period: PeriodName = "",
    renews_on: Annotated[
        str, Parameter(help="Date of the first renewal, until which it is paid for; its invoice is due then.")
    ] = "",
    anchor: Annotated[str, Parameter(help="Date from which the dates are counted, if another: a 31st.")] = "",
    line: Lines = (),
    policy: Annotated[str, Parameter(help="Policy of its invoices.")] = "",
    pays_for: PaysFor = (),
    customer: Annotated[str, Parameter(help="The customer's name, of a new account.")] = "",
    email: Annotated[tuple[str, ...], Parameter(help="A mail address of the account; several times for several.")] = (),
    zone: Annotated[str, Parameter(help="Time zone, of a new account.")] = "",
    locale: Annotated[str, Parameter(help="Language and country, of a new account.")] = "",
    payer: Annotated[str, Parameter(help="The gateway's id of the customer.")] = "",
    brand: Annotated[str, Parameter(help="One of the settings' brands.")] = "",
    file: Annotated[
        str,
        Parameter(help="JSON, JSON lines or CSV by its ending; - is standard input.", allow_leading_hyphen=True),
    ] = "",
    panel: Annotated[str, Parameter(help="Panel of a file's services that name none.")] = "",
    dates: Annotated[str, Parameter(help="How the file writes dates, such as DD.MM.YYYY (default: 2026-12-01).")] = "",
    decimal_comma: Annotated[bool, Parameter(help="The file writes amounts like USD 19,99.")] = False,
    dry_run: Annotated[bool, Parameter(help="Only tell what would happen.")] = False,
    strict: Annotated[bool, Parameter(help="Begin none when any row of the file is bad.")] = False,
    update: Annotated[
        bool, Parameter(negative="", help="Agree to what is said otherwise than is known, from the next renewal on.")
    ] = False,
    by: Annotated[str, Parameter("--by", help="Who changes what is known; kept with the subscription.")] = "",
    reason: Annotated[str, Parameter(help="Why; kept with the subscription.")] = "",
    json: Json = False,
) -> int:
    """Begin a subscription, or with --file those of a file. All is checked first; safe to run again at any time.

    A row has the keys subscription, account, period, renews_on, policy, and line and amount; rows of one subscription
    are its lines. docs/calendar.md has all keys. What is known stays as it is, and a row that differs says so. With
    --update it is changed as `change --yes` does: lines, period, policy, what it pays for.
    """
    updating = Updating(update, by, reason)
    updating.check()
    if bool(subscription) is bool(file):
        raise BadInputError("name one subscription, or a file with --file")
    rows: list[FileRow | Bad]
    if file:
        rows = _rows(file, panel, brand, WaysOfWriting(dates, decimal_comma))
    else:
        given = {"account": account, "period": period, "renews_on": renews_on, "anchor": anchor, "policy": policy}
        given |= {"customer": customer, "zone": zone, "locale": locale, "payer": payer, "brand": brand}
        several: dict[str, object] = {"lines": written_lines(line), "pays_for": list(pays_for), "emails": list(email)}
        several["subscription"] = subscription
        rows = [FileRow(0, {key: value for key, value in {**several, **given}.items() if value})]
    return await _begin(file, rows, updating, dry_run=dry_run, strict=strict, json=json)


def written_lines(lines: Iterable[str]) -> list[dict[str, str]]:
    """Lines as they are typed. Raises BadInputError."""
    parts = [(text, *text.rpartition("=")) for text in lines]
    if wrong := [text for text, name, _, amount in parts if not (name.strip() and amount.strip())]:
        raise BadInputError(f'--line: {wrong[0]!r} is no line; write it like "Web hosting=USD 19.99"')
    return [{"text": name.strip(), "amount": amount.strip()} for _, name, _, amount in parts]


def _rows(file: str, panel: str, brand: str, written: WaysOfWriting) -> list[FileRow | Bad]:
    from cli.files.defaults import filled, usual_panel
    from cli.files.rows import read_rows
    from cli.subscriptions.rows import COLUMNS, gathered

    read = (filled(written.read(row), panel or usual_panel(), brand=brand) for row in read_rows(file, COLUMNS))
    return list(gathered(read))


async def _begin(
    file: str, rows: list[FileRow | Bad], updating: Updating, *, dry_run: bool, strict: bool, json: bool
) -> int:
    from operations.subscriptions.subscribe_many import SubscribedMany, subscribe_many

    async with composed(store="not needed", server="not needed") as made:
        good, bad = _checked(made, rows)
    report, held_back = SubscribedMany(), strict and bool(bad)
    if good and not held_back:
        async with composed(server="not needed" if dry_run and not updating.update else "needed") as made:
            if not dry_run:
                await made.registered()
            who = (updating.by, updating.reason)
            beginning = made.subscribe_or_change(*who) if updating.update else made.subscribe
            begin = beginning.look if dry_run else beginning.subscribe
            with counting(len(good), "looking" if dry_run else "subscribing") as tick:
                report = await subscribe_many(good, begin, tick)
    bad += [_refused(each.place, each.new.subscription, error) for each, error in report.refused]
    _say(file, report.done, sorted(bad), dry_run=dry_run, json=json)
    if held_back:
        complain(f"--strict: {len(good)} good row(s) were not begun; correct the bad ones and run it again")
    if report.outage:
        complain(f"starter: {report.left} subscription(s) were not begun: {plainly(report.outage)}")
    return FAILED if report.outage else BAD_INPUT if bad else 0


def _checked(made: Composition, rows: Iterable[FileRow | Bad]) -> tuple[list[Checked], list[Bad]]:
    from pydantic import ValidationError

    from cli.subscriptions.rows import named
    from operations.errors import RefusedError
    from operations.subscriptions.new_subscription import NewSubscription
    from operations.subscriptions.subscribe_many import Checked

    good, bad = list[Checked](), [row for row in rows if isinstance(row, Bad)]
    for row in rows:
        if isinstance(row, Bad):
            continue
        try:
            new = NewSubscription.model_validate(row.values)
            good.append(Checked(row.line, new, made.check_subscription.check(new)))
        except ValidationError as error:
            bad.append(Bad(row.line, named(row), "; ".join(reasons(error))))
        except RefusedError as error:
            bad.append(_refused(row.line, named(row), error))
    return good, bad


def _refused(place: int, name: str, error: RefusedError) -> Bad:
    return Bad(place, name, str(error).removeprefix(f"{name}: "))


def _say(file: str, done: list[tuple[Checked, Subscribed]], bad: list[Bad], *, dry_run: bool, json: bool) -> None:
    from cli.files.start import complain_of

    if json:
        print_json({"subscriptions": [_plain(*each) for each in done], "bad": [row._asdict() for row in bad]})
    else:
        told = [_words(seen, dry_run=dry_run) for _, seen in done if dry_run or seen.differs or not file]
        say(*told, sep="\n", end="\n" if told else "")
        if file:
            outcomes, would = [seen.outcome for _, seen in done], "would start" if dry_run else "started"
            changed = f", {outcomes.count('changed')} {'would change' if dry_run else 'changed'}" * (
                "changed" in outcomes
            )
            counts = f"{outcomes.count('started')} {would}, {outcomes.count('already there')} already there{changed}"
            say(f"{'Nothing was written: ' if dry_run else ''}{counts}, {len(bad)} bad")
    if file:
        complain_of(file, bad)
    else:
        complain_of_one(bad)


def complain_of_one(bad: Iterable[Bad]) -> None:
    """What was typed cannot be used."""
    for row in bad:
        complain(f"starter: {row.reason if row.reason.startswith(row.invoice) else f'{row.invoice}: {row.reason}'}")


def _words(seen: Subscribed, *, dry_run: bool) -> str:
    its = seen.subscription
    agreed = asked_next(its)
    names = ", ".join(seen.differs)
    if seen.outcome == "changed":
        return f"{its.id} ({its.account}): {'would change' if dry_run else 'changed'} {names} from {its.renews_on} on"
    word = "would start" if dry_run and seen.outcome == "started" else seen.outcome
    differs = f"; differs: {names}; what is known stays" if seen.differs else ""
    price = f"{agreed.terms.amount} {agreed.schedule.period}"
    return f"{its.id} ({its.account}): {word}, {price}, {_next(its)}{differs}"


def _next(its: Subscription) -> str:
    """What is over is not told as if it were to come."""
    if its.ended or its.ends:
        return f"ends on {its.ends}" if its.ends and not its.ended else f"over ({its.ended})"
    at_once = its.opens_at <= now() and not its.refused
    when = "at once" if at_once else f"{its.opens_at:%Y-%m-%d %H:%M} UTC"
    return f"the invoice of {its.renews_on} is opened {when}"


def _plain(good: Checked, seen: Subscribed) -> dict[str, Any]:
    its = seen.subscription
    return {
        "line": good.place,
        "subscription": its.id,
        "account": its.account,
        "outcome": seen.outcome,
        "amount": str(asked_next(its).terms.amount),
        "period": asked_next(its).schedule.period,
        "renews_on": its.renews_on,
        "opens_at": its.opens_at.isoformat(),
        "differs": seen.differs,
    }
