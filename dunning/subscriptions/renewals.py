"""One renewal: what its activity is asked for, what becomes of it, and until when its customer has paid."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from dunning.money import Money
from dunning.subscriptions.subscription import Lead, Subscription, Terms
from dunning.wire import Instant, Wire

_PAYS, _NEVER = ("paid", "waived"), ("void", "renewed", "deleted")
"""Endings of invoices by which their period is paid for; and those after which nobody is asked for it any more."""


class RenewalOrder(Wire):
    """Open the invoice of one renewal: it pays from `starts` to `ends`, and is due on the first of these days."""

    subscription: str
    account: str
    number: int
    terms: Terms
    starts: date
    ends: date
    at: Instant


class Renewed(Wire):
    """What became of it. `invoice` is its number; `reason` says why there is none.

    `not billed`: by policy nothing is asked for that period. `refused`: a person has to mend something first. `gone`:
    its services are deleted. `lead` is the policy's as of now, for the renewals to come.
    """

    outcome: Literal["opened", "not billed", "refused", "gone"]
    invoice: str = ""
    reason: str = ""
    lead: Lead | None = None


class Renewal(Wire):
    """A renewal that was billed. `outcome` is how its invoice ended; empty while it is open."""

    subscription: str
    number: int
    invoice: str
    starts: date
    ends: date
    amount: Money
    at: Instant
    outcome: str = ""


def order_of(subscription: Subscription, at: Instant) -> RenewalOrder:
    """What is asked for the next renewal."""
    agreed = subscription.next_terms
    return RenewalOrder(
        subscription=subscription.id,
        account=subscription.account,
        number=subscription.number,
        terms=agreed.terms,
        starts=subscription.renews_on,
        ends=agreed.schedule.renewal(subscription.number + 1),
        at=at,
    )


def paid_through(began: date, renewals: Iterable[Renewal]) -> date:
    """The end of what is paid for. Each payment moves it by one period from where it was, whenever it comes (S4-16)."""
    asked = [each for each in sorted(renewals, key=lambda each: each.number) if each.outcome not in _NEVER]
    paid = sum(each.outcome in _PAYS for each in asked)
    return asked[paid - 1].ends if paid else began
