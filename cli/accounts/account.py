"""`account`: who a customer is, how they are written to, and what people changed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json, day
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dunning.holds import Hold
    from dunning.records.accounts import Account, Contact, Service
    from operations.accounts.changes import AccountView, ChangeAccount, Changed
    from operations.accounts.exemptions import Exempted

AccountId = Annotated[str, Parameter(help="The account, such as example-bakery.")]
By = Annotated[str, Parameter("--by", help="Who decides this; kept with the account.")]
Reason = Annotated[str, Parameter(help="Why; kept with the account.")]
Emails = tuple[str, ...]

account = App(name="account", help="Show and change an account: name, language, zone, contacts, payer, brand.")
account.command("cli.accounts.merge:merge", name="merge", help="Merge two accounts of one customer.")
account.command("cli.accounts.erase:erase", name="erase", help="Take a customer's names, addresses and words away.")
account.command("cli.accounts.export:export", name="export", help="Write all that is kept of an account to a file.")


@account.command
async def show(account: AccountId, /, *, json: Json = False) -> None:
    """Show an account: its values, contacts, services, open invoices, subscriptions, holds, credit, and changes."""
    async with composed(server="not needed") as made:
        found = await made.accounts.show(account)
    if json:
        more = found._asdict() | {"credit": [str(each) for each in found.credit]}
        print_json({**found.account.model_dump(mode="json"), **{k: v for k, v in more.items() if k != "account"}})
        return
    say(*_told(found), sep="\n")


@account.command(name="set")
async def set_(
    account: AccountId,
    /,
    *,
    by: By,
    reason: Reason,
    name: Annotated[str | None, Parameter(help="How the customer is called.")] = None,
    locale: Annotated[str | None, Parameter(help="Language and country, such as de_DE.")] = None,
    zone: Annotated[str | None, Parameter(help='Time zone, such as Europe/Berlin; "" is each policy\'s own.')] = None,
    payer: Annotated[str | None, Parameter(help='The gateway\'s id of the customer; "" takes it away.')] = None,
    brand: Annotated[str | None, Parameter(help="One of the settings' brands; \"\" is the house's own.")] = None,
    add_contact: Annotated[Emails, Parameter(help="An address that notices go to; may be given several times.")] = (),
    remove_contact: Annotated[Emails, Parameter(help="An address to take away; likewise.")] = (),
    contact_order: Annotated[Emails, Parameter(help="The first address, the second ...; the others follow.")] = (),
    lift_bounce: Annotated[Emails, Parameter(help="An address whose mail came back: write to it again.")] = (),
    json: Json = False,
) -> None:
    """Change an account. What is not named stays; who did it and why is kept, and `account show` tells it.

    Values are checked as those of an invoice file are. Open invoices keep the dates that are planned already. A file
    that names a removed contact or service adds it again: mend it there, too.
    """
    values = {"name": name, "locale": locale, "zone": zone, "payer": payer, "brand": brand}
    given: dict[str, object] = {key: value for key, value in values.items() if value is not None}
    contacts = {"add": add_contact, "remove": remove_contact}
    given |= {f"{key}_contact": each for key, each in contacts.items() if each}
    given |= {key: each for key, each in (("contact_order", contact_order), ("lift_bounce", lift_bounce)) if each}
    asked = _asked(given)
    async with composed(server="not needed") as made:
        changed = await made.accounts.change(account, asked, by, reason)
    print_changed(changed, json=json)


@account.command
async def exempt(
    account: AccountId,
    /,
    *,
    by: By,
    reason: Reason,
    service: Annotated[
        str | None, Parameter(help="Only invoices that pay for this service; `account show` has the ids.")
    ] = None,
    until: Annotated[str | None, Parameter(help="The last day of it, like 2026-12-31.")] = None,
    end: Annotated[bool, Parameter(help="End it now.")] = False,
    json: Json = False,
) -> None:
    """Exempt an account, or one service of it, from consequences until a day: nobody locks, suspends or deletes.

    Notices, charges and late fees go on, and name the days that will be. What is restricted already stays so. Once it
    is over, each consequence whose announced day it moved is announced anew. Safe to repeat.
    """
    if (until is None) is not end:
        raise BadInputError("give either --until DATE or --end")
    if service == "":
        raise BadInputError("--service: it is empty; leave the option out if all are meant")
    on = None if until is None else day(until, "--until")
    async with composed(server="if there") as made:
        _say_exempted(await made.exemptions.exempt(account, service or "", on, by, reason), json=json)


def _say_exempted(exempted: Exempted, *, json: bool) -> None:
    if json:
        told = {"changed": exempted.what, "told": exempted.told, "kept": exempted.kept, "notes": exempted.notes}
        print_json({**exempted.account.model_dump(mode="json"), **told})
        return
    lines = [*exempted.what, *who_knows(exempted.told, exempted.kept), *exempted.notes]
    say(*(f"{exempted.account.id}: {line}" for line in lines), sep="\n")


def who_knows(told: Iterable[str], kept: Iterable[str]) -> Iterator[str]:
    """Which invoices' cases know what was decided about their account, and which hear of it later."""
    yield from (f"{number} was told" for number in told)
    later = "it is kept, and the portal tells it as soon as its case can be reached"
    yield from (f"{number} is not told yet; {later}" for number in kept)


def print_changed(changed: Changed, *, json: bool) -> None:
    """Print what changed, and what does not change with it."""
    if json:
        told = {"changed": changed.what, "notes": changed.notes}
        print_json({**changed.account.model_dump(mode="json"), **told})
        return
    say(*(f"{changed.account.id}: {line}" for line in (*changed.what, *changed.notes)), sep="\n")


def _asked(given: Mapping[str, object]) -> ChangeAccount:
    from pydantic import ValidationError

    from dunning.mistakes import why
    from operations.accounts.changes import ChangeAccount

    try:
        return ChangeAccount.model_validate({**given, **({"zone": None} if given.get("zone") == "" else {})})
    except ValidationError as error:
        first = error.errors()[0]
        option = f"{first['loc'][0]}: " if first["loc"] else ""
        raise BadInputError(f"--{option.replace('_', '-')}{why(first)}") from None


def _told(found: AccountView) -> Iterator[str]:
    account = found.account
    yield f"Account {account.id}" + (f" · {account.name}" if account.name else "")
    yield f"  locale {account.locale}, zone {account.zone or '(each policy has its own)'}"
    yield f"  payer {account.payer or '(none)'}, brand {account.brand or '(the house)'}"
    if account.erased_at:
        yield f"  erased {account.erased_at:%Y-%m-%d %H:%MZ} by {account.erased_by}; what is here came since, or stays"
    yield from _exempt(account)
    sections = {
        "Contacts, the first one first": [_contact(each) for each in account.contacts],
        "Services": [_service(each) for each in account.services],
        "Open invoices": found.open_invoices,
        "Subscriptions": found.subscriptions,
        "Holds": [_hold(each) for each in found.holds],
        "Credit": [str(each) for each in found.credit],
        "Changes": [f"{c.at:%Y-%m-%d %H:%MZ} {c.by}: {'; '.join(c.what)} ({c.reason})" for c in found.changes],
    }
    for title, lines in sections.items():
        yield from ("", title, *(f"  {line}" for line in lines or ["none"]))


def _exempt(of: Account | Service) -> Iterator[str]:
    if of.exempt_until:
        yield f"  exempt from consequences until {of.exempt_until}, by {of.exempt_by} ({of.exempt_reason})"


def _hold(hold: Hold) -> str:
    placed = f", placed by {hold.by} ({hold.note})" if hold.by else ""
    return f"{hold.source} on {hold.service or 'all services'}: {hold.level.value} since {hold.since:%Y-%m-%d}{placed}"


def _contact(contact: Contact) -> str:
    back = f": mail came back {contact.bounced_at:%Y-%m-%d %H:%MZ} ({contact.bounce})" if contact.bounced_at else ""
    return contact.email + back


def _service(service: Service) -> str:
    more = (
        service.domain,
        *service.aliases,
        service.probe and f"probe {service.probe}",
        service.site and f"site {service.site}",
    )
    told = ", ".join(each for each in more if each)
    moved = f", now at {service.place}" if service.place != service.id else ""
    exempt = "".join(f";{line.removeprefix(' ')}" for line in _exempt(service))
    return service.id + moved + (f": {told}" if told else "") + exempt
