"""A payment company that speaks Stripe: the official SDK cannot tell. It fails on demand (see `scripting`)."""

from sandbox.payments.company import PaymentCompany
from sandbox.payments.hooks import Subscription
from sandbox.payments.requests import SettleRequest

__all__ = ["PaymentCompany", "SettleRequest", "Subscription"]
