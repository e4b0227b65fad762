"""A gateway that speaks Stripe: the official SDK cannot tell. It fails on demand (see `scripting`)."""

from sandbox.payments.company import StripeStandIn
from sandbox.payments.control.requests import SettleRequest
from sandbox.payments.webhooks.send import Subscription

__all__ = ["SettleRequest", "StripeStandIn", "Subscription"]
