"""What a customer reads who paid and is still restricted (S0-21): we know, and they need do nothing."""

from dunning.case.orders import NoticeOrder, ReinstateOrder
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.tickets.services import still_restricted_step

STILL_RESTRICTED = "Your Services Are Not Back Yet"
"""The notice's title."""
_NOTHING = Money.zero("USD")


def still_restricted_notice(order: ReinstateOrder, account: Account, invoice: KnownInvoice | None) -> NoticeOrder:
    """The order for it; it goes out with the ticket. Once a reinstatement."""
    return NoticeOrder(
        invoice=order.invoice,
        account=order.account,
        step=f"{order.invoice}:{still_restricted_step(order)}",
        at=order.at,
        title=STILL_RESTRICTED,
        policy=invoice.policy if invoice else "",
        zone=account.zone or "UTC",
        due=invoice.due if invoice else order.today,
        balance=_NOTHING,
        covers=order.covers,
    )
