"""Tickets about renewals that cannot be billed as they are."""

from datetime import datetime

from dunning.policy.invoice_number import typed
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.subscriptions.renewals import RenewalOrder
from dunning.subscriptions.subscription import Subscription
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


def renewal_refused(order: RenewalOrder, account: str, reason: str) -> TicketOrder:
    """No invoice can be opened for a renewal. One a renewal, however often it is tried."""
    body = (
        f"The renewal of subscription {order.subscription} on {order.starts} ({order.terms.amount}, policy "
        f"{order.terms.policy}) cannot be opened: {reason}\nMend that, or change the subscription: `starter.py change "
        f"{order.subscription}`. It is tried again every few hours, and at once when the subscription is changed."
    )
    return TicketOrder(
        invoice="",
        account=account,
        step=step(StepKind.RENEWAL, order.subscription, str(order.number)),
        at=order.at,
        kind=TicketKind.RENEWAL_REFUSED,
        subject=f"A renewal cannot be opened: {order.subscription}, {order.starts}",
        body=body,
    )


def renew_inactive(order: RenewalOrder, account: str, lapsed: str) -> TicketOrder:
    """A renewal of what has lapsed is not billed: whoever wants it again gets a new invoice (S2-12). One a lapse."""
    body = (
        f"Subscription {order.subscription} would renew on {order.starts}, but its services are inactive since "
        f"invoice {lapsed} lapsed, so nothing is billed. If the customer wants them again, make a new invoice for new "
        f"service with `starter.py start`: account {account}, {order.terms.amount}, policy {order.terms.policy}, "
        f"renews {typed(lapsed)}. Once it is paid, the account is reinstated, and the subscription renews again. If "
        f"not: `starter.py cancel {order.subscription} --now`."
    )
    return TicketOrder(
        invoice="",
        account=account,
        step=step(StepKind.RENEW_INACTIVE, order.subscription, lapsed),
        at=order.at,
        kind=TicketKind.RENEW_INACTIVE,
        subject=f"Renewal of an inactive account: {account}",
        body=body,
    )


def subscription_died(subscription: Subscription, at: datetime) -> TicketOrder:
    """Somebody ended its workflow at the server; it was started again. One each time."""
    body = (
        f"The workflow of subscription {subscription.id} did not run any more, though nobody cancelled it, so it was "
        f"started again as it was noted last: it renews on {subscription.renews_on}. Find out who ended it. If it was "
        f"meant: `starter.py cancel {subscription.id}`."
    )
    return TicketOrder(
        invoice="",
        account=subscription.account,
        step=step(StepKind.SUBSCRIPTION_DIED, subscription.id, f"{at:%Y%m%dT%H%M%SZ}"),
        at=at,
        kind=TicketKind.SUBSCRIPTION_DIED,
        subject=f"Ended at the server, and started again: subscription {subscription.id}",
        body=body,
    )
