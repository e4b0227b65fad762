"""`service`: a service of an account comes, moves, or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from cli.accounts.account import AccountId, By, Reason
from cli.shell.connections import composed
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from operations.accounts.services import ServiceChanged
    from operations.invoices.new_invoice import NewService

ServiceId = Annotated[
    str,
    Parameter(help="The service's id, such as sandbox:bakery:website, or where it is now; `account show` has both."),
]
Panel = Annotated[str | None, Parameter(help="A panel of the settings, such as whm1.")]
User = Annotated[str | None, Parameter(help="The user at the panel.")]
Domain = Annotated[str | None, Parameter(help="Its domain.")]
Aliases = Annotated[tuple[str, ...], Parameter("--alias", help="Another domain of it; may be given several times.")]
Probe = Annotated[str | None, Parameter(help="What is looked at from outside, such as https://bakery.example/.")]
Site = Annotated[str | None, Parameter(help="Where its own software takes our notifications.")]

service = App(name="service", help="Add, move and remove services of an account.")


@service.command
async def add(
    account: AccountId,
    /,
    *,
    panel: Annotated[str, Parameter(help="A panel of the settings, such as whm1.")],
    user: Annotated[str, Parameter(help="The user at the panel.")],
    by: By,
    reason: Reason,
    kind: Annotated[str, Parameter(help="website, email, domain, or a word of yours.")] = "website",
    domain: Domain = None,
    alias: Aliases = (),
    probe: Probe = None,
    site: Site = None,
    json: Json = False,
) -> None:
    """Give an account a service, and bring it to what holds on all of the account's services ask for.

    A hold that names services is not about it. Safe to repeat.
    """
    new = _new(panel=panel, user=user, kind=kind, domain=domain, aliases=alias or None, probe=probe, site=site)
    async with composed(server="not needed") as made:
        _say(account, await made.service_changes.add(account, new, by, reason), json=json)


@service.command
async def move(
    account: AccountId,
    service: ServiceId,
    /,
    *,
    by: By,
    reason: Reason,
    panel: Panel = None,
    user: User = None,
    domain: Domain = None,
    alias: Aliases = (),
    probe: Probe = None,
    site: Site = None,
    json: Json = False,
) -> None:
    """Note that a service is at another panel or user, or has another domain, probe or site; what is not named stays.

    Its id stays, for holds, invoices and its site know it by that. There it is brought to what its holds ask for; where
    it was before, nothing happens. Safe to repeat.
    """
    new = _new(panel=panel, user=user, domain=domain, aliases=alias or None, probe=probe, site=site)
    async with composed(server="not needed") as made:
        moved = await made.service_changes.move(
            account, service, new.model_dump(include=new.model_fields_set), by, reason
        )
    _say(account, moved, json=json)


@service.command
async def remove(account: AccountId, service: ServiceId, /, *, by: By, reason: Reason, json: Json = False) -> None:
    """Take a service away from an account. Nothing happens to the service itself.

    Refused while a hold, an open invoice or a subscription names it. Safe to repeat.
    """
    async with composed() as made:
        _say(account, await made.service_changes.remove(account, service, by, reason), json=json)


@service.command
async def close(account: AccountId, service: ServiceId, /, *, by: By, reason: Reason, json: Json = False) -> None:
    """Note that a customer wants a site closed instead of paying for it: a Billing ticket, in whichever phase it is.

    Subscriptions for it alone end with what is billed last. The site itself, and what is owed, wait for people. Safe to
    repeat.
    """
    async with composed() as made:
        told = await made.close_site.ask(account, service, by, reason)
    its = told.asked
    if json:
        print_json({**its._asdict(), "level": its.level.value, "new": told.fresh})
        return
    what = "a Billing ticket says that it is to be closed" if told.fresh else "that was asked for already"
    say(f"{its.service}: {what}")
    say(f"It is {its.level.value}; open invoices that pay for it: {', '.join(its.invoices) or 'none'}")
    for each in its.ends:
        say(f"subscription {each} ends with what is billed last")


def _new(**values: Any) -> NewService:
    """The values that are given, checked as those of an invoice file are."""
    from pydantic import ValidationError

    from operations.invoices.new_invoice import NewService

    given = {key: value for key, value in values.items() if value is not None}
    try:
        checked = NewService.model_validate({"user": "-", **given})
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0]}") from None
    return NewService.model_construct(set(given), **checked.model_dump())


def _say(account: str, changed: ServiceChanged, *, json: bool) -> None:
    if json:
        its = changed.service.model_dump(mode="json") if changed.service else {}
        print_json({**its, "changed": changed.what, "notes": changed.notes})
        return
    say(*(f"{account}: {line}" for line in (*changed.what, *changed.notes)), sep="\n")
