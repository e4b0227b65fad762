"""Tickets about services: what no panel does for us, what panel and outside disagree about, what does not come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dunning.case.orders import DeleteOrder, LoosenOrder, Order, ReinstateOrder
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level
from dunning.mistakes import shown
from dunning.policy.invoice_number import typed
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import made_for, read, step
from dunning.records.accounts import Service
from dunning.records.effects import Effect
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder, ticket_about


def effect_not_seen(order: Order, doubted: Sequence[Effect]) -> TicketOrder:
    """The panel shows a restriction or deletion that is not seen from outside. One for each order."""
    first = doubted[0]
    why = (
        f"{order.invoice} went on as if it were. Look at the service: either the panel does not do what it shows, or "
        "the customer has moved the domain elsewhere."
    )
    seen = (f"{each.service}: the panel shows {each.shown.value}; {each.proof}" for each in doubted)
    subject = f"The panel shows {first.shown.value}, but from outside it is not so: {first.service}"
    return ticket_about(
        order, TicketKind.EFFECT_NOT_SEEN, subject, "\n".join((why, *seen)), step=made_for(order.step, About.PROOF)
    )


def still_restricted_step(order: ReinstateOrder) -> str:
    """An invoice may be paid, taken back and paid again: each reinstatement speaks for itself."""
    return step(StepKind.STILL_RESTRICTED, f"{order.at:%Y%m%dT%H%M%SZ}")


def still_restricted(order: ReinstateOrder, trying: timedelta, why: str) -> TicketOrder:
    """Paid up and still restricted (S2-08). One a reinstatement."""
    subject = f"Paid up and still restricted: {order.account}"
    body = f"{order.invoice} is paid, but the services have not been seen running for {trying}. Last: {why}"
    return ticket_about(order, TicketKind.STILL_RESTRICTED, subject, body, step=still_restricted_step(order))


def undo_still_restricted(order: LoosenOrder, trying: timedelta) -> TicketOrder:
    """A wrong run of ours is undone, or the service is given back for a promise to pay, and the panel shows neither."""
    promised = read(order.step).kind is StepKind.LOOSEN_PROMISED
    why = "Given back for a promise to pay" if promised else "Restricted by our mistake"
    subject = f"{why}, and not reinstated yet: {order.account}"
    what = "What was promised" if promised else "The undo"
    body = f"{what} of {order.invoice} waits: the panel has not shown the services restored for {trying}."
    return ticket_about(
        order, TicketKind.UNDO_STILL_RESTRICTED, subject, body, step=step(StepKind.STILL_RESTRICTED, order.step)
    )


def service_gone(order: Order, gone: Sequence[Effect]) -> TicketOrder:
    """It is paid, or was undone, and its services are not there any more. One an invoice."""
    body = (
        f"{order.invoice} no longer holds these services, and their panel does not know them: "
        f"{', '.join(each.service for each in gone)}. Restore them, give the money back, or take them away."
    )
    subject = f"To be reinstated, but gone at its panel: {order.account}"
    return ticket_about(order, TicketKind.SERVICE_GONE, subject, body, step=step(StepKind.GONE_AT_PANEL))


def locked_at_panel(service: Service, at: datetime) -> TicketOrder:
    """A suspension of ours that somebody locked: the panel lets nobody but its root lift it. One ticket a day."""
    return TicketOrder(
        invoice="",
        account=service.account,
        step=step(StepKind.LOCKED_AT_PANEL, at.date(), service.id),
        at=at,
        kind=TicketKind.LOCKED_AT_PANEL,
        subject=f"Locked at the panel, and no longer held by us: {service.id}",
        body=(
            f"No hold asks for the suspension of {service.id} any more, but it was locked at the panel "
            f"{service.panel}, so only root may lift it. Find out who locked it and why; then lift it as root, or "
            f"place a hold (starter.py hold {service.account} --kind manual --by YOU --reason WHY), "
            "so that the customer is told."
        ),
    )


def domains_suspended(hold: Hold, account: str, names: Sequence[str], at: datetime) -> TicketOrder:
    """The hold suspends an account with domain names, which nobody switches by himself (S3-31). One a hold."""
    ours = hold.source not in OTHER_SOURCES
    since = hold.since.date()
    return TicketOrder(
        invoice=hold.source if ours else "",
        account=account,
        step=step(StepKind.DOMAINS, since) if ours else step(StepKind.DOMAINS_OF_HOLD, since, account, hold.source),
        at=at,
        kind=TicketKind.DOMAINS_SUSPENDED,
        subject=f"Domain names of a suspended account: {account}",
        body=(
            f"Its services are suspended ({'unpaid' if ours else 'hold'} {hold.source}). Domain names are not "
            f"switched automatically. Decide about each and change it by hand: {', '.join(names)}"
        ),
    )


def domains_deleted(order: DeleteOrder, names: Sequence[str]) -> TicketOrder:
    """The services of an account with domain names were deleted."""
    body = (
        f"Its services were deleted for {order.invoice}. Domain names are not deleted automatically. Decide about "
        f"each: {', '.join(names)}"
    )
    subject = f"Domain names of an account whose services were deleted: {order.account}"
    return ticket_about(order, TicketKind.DOMAINS_DELETED, subject, body, step=step(StepKind.DOMAINS, order.step))


def domains_reinstated(order: ReinstateOrder, names: Sequence[str]) -> TicketOrder:
    """The account is back: what was changed by hand has to be changed back."""
    body = (
        f"{order.invoice} is paid, and its services run again. Give back what was changed by hand at its domain "
        f"names: {', '.join(names)}"
    )
    subject = f"Domain names of an account that is back: {order.account}"
    return ticket_about(
        order, TicketKind.DOMAINS_REINSTATED, subject, body, step=step(StepKind.DOMAINS_BACK, order.at.date())
    )


def deletion_shared(order: DeleteOrder, services: Sequence[Service]) -> TicketOrder:
    """Services that their panel would only delete together with others of the same user. One for each order."""
    body = (
        f"{order.invoice} asks for the deletion of {', '.join(each.id for each in services)}, but the panel deletes a "
        "user with all that it has, and not all of that is meant. Nothing was deleted, and it stays suspended. If it "
        f"is to go, take it away by hand and end the case: starter.py void {typed(order.invoice)} --reason TEXT"
    )
    subject = f"Not deleted, because other services have the same panel user: {order.account}"
    return ticket_about(order, TicketKind.DELETION_SHARED, subject, body, step=made_for(order.step, About.SHARED))


def backups_by_hand(order: DeleteOrder, services: Sequence[Service]) -> TicketOrder:
    """Back-ups that a panel cannot tell of: it cannot be seen whether they are gone."""
    names = ", ".join(f"{each.id} ({each.panel})" for each in services)
    body = (
        f"{order.invoice} asks for the deletion of back-ups, and the panel cannot show whether there are any. Look "
        f"for back-ups of: {names}"
    )
    subject = f"Back-ups to delete by hand: {order.account}"
    return ticket_about(order, TicketKind.BACKUPS_BY_HAND, subject, body, step=made_for(order.step, About.BACKUPS))


class ClosingAsked(NamedTuple):
    """What a customer asked for: the site's id, its phase, and the ids of what is owed and billed for it."""

    account: str
    service: str
    level: Level
    invoices: tuple[str, ...]
    ends: tuple[str, ...]
    goes_on: tuple[str, ...]
    by: str
    reason: str


def close_site(asked: ClosingAsked, at: datetime) -> TicketOrder:
    """A customer would rather have a site closed than pay for it (S4-02). One a site and phase."""
    site = asked.service
    owed = ", ".join(map(typed, asked.invoices)) or "none"
    what = (
        f"The customer asks to have {site} closed (told by {asked.by}: {shown(asked.reason)}). It is "
        f"{asked.level.value} now. Open invoices that pay for it: {owed}. What is owed stays owed, and dunning goes on "
        "until you decide: void or waive what is not to be paid, close the site at its panel, then take it away with "
        f"`starter.py service remove {asked.account} {site}`."
    )
    body = [what]
    if asked.ends:
        body.append(f"Nothing more is billed for it by {', '.join(asked.ends)}: cancelled with what is billed last.")
    if asked.goes_on:
        names = ", ".join(asked.goes_on)
        body.append(f"{names} bill(s) other services, too: `starter.py change ID --pays-for ...` or `--line ...`.")
    return TicketOrder(
        invoice="",
        account=asked.account,
        step=step(StepKind.CLOSE_SITE, site, asked.level.value),
        at=at,
        kind=TicketKind.CLOSE_SITE,
        subject=f"A site is to be closed: {site}",
        body="\n".join(body),
    )
