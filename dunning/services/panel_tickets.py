"""What people hear when panel and outside do not agree, or when a customer who paid is still restricted."""

from collections.abc import Sequence
from datetime import timedelta

from dunning.case.orders import NoticeOrder, Order, ReinstateOrder, TicketOrder
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.books import OpenInvoice
from dunning.records.effects import Effect

STILL_RESTRICTED = "Your Services Are Not Back Yet"
_NOTHING = Money.zero("USD")


def ticket(order: Order, doubted: Sequence[Effect]) -> TicketOrder:
    """Work for Support: the panel shows a restriction or deletion that is not seen from outside. One for each order."""
    first = doubted[0]
    why = (
        f"{order.invoice} went on as if it were. Look at the service: either the panel does not do what it shows, or "
        "the customer has moved the domain elsewhere."
    )
    seen = (f"{each.service}: the panel shows {each.shown.value}; {each.proof}" for each in doubted)
    return TicketOrder(
        invoice=order.invoice,
        account=order.account,
        step=f"{order.step}:proof",
        at=order.at,
        department="Support",
        subject=f"The panel shows {first.shown.value}, but from outside it is not so: {first.service}",
        body="\n".join((why, *seen)),
    )


def late_ticket(order: ReinstateOrder, trying: timedelta, why: str) -> TicketOrder:
    """Work for Billing (S2-08): paid up and still restricted."""
    return TicketOrder(
        invoice=order.invoice,
        account=order.account,
        step=_step("still-restricted", order),
        at=order.at,
        subject=f"Paid up and still restricted: {order.account}",
        body=f"{order.invoice} is paid, but the services have not been seen running for {trying}. Last: {why}",
    )


def gone_ticket(order: Order, gone: Sequence[Effect]) -> TicketOrder:
    """Work for Billing: it is paid, or was undone, and its services are not there any more. One an invoice."""
    return TicketOrder(
        invoice=order.invoice,
        account=order.account,
        step="gone-at-its-panel",
        at=order.at,
        subject=f"To be reinstated, but gone at its panel: {order.account}",
        body=(
            f"{order.invoice} no longer holds these services, and their panel does not know them: "
            f"{', '.join(each.service for each in gone)}. Restore them, give the money back, or take them away."
        ),
    )


def late_notice(order: ReinstateOrder, account: Account, invoice: OpenInvoice | None) -> NoticeOrder:
    """What the customer reads at the same time (S0-21): we know, and they need do nothing. Once a reinstatement."""
    return NoticeOrder(
        invoice=order.invoice,
        account=order.account,
        step=_step(f"{order.invoice}:still-restricted", order),
        at=order.at,
        title=STILL_RESTRICTED,
        policy=invoice.policy if invoice else "",
        zone=account.zone or "UTC",
        due=invoice.due if invoice else order.today,
        balance=_NOTHING,
    )


def _step(name: str, order: ReinstateOrder) -> str:
    """An invoice may be paid, taken back and paid again: each reinstatement speaks for itself."""
    return f"{name}:{order.at:%Y%m%dT%H%M%SZ}"
