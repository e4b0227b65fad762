"""Subscriptions, their invoices and what was paid of them, as API version 2026-10-28.endive answers them."""

from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import new_id

_NO_TIMES: Json = {"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None}


def new_subscription(name: str, customer: str, anchor: int) -> Json:
    """A subscription without items yet."""
    url = f"/v1/subscription_items?subscription={name}"
    return {
        "id": name,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": anchor,
        "currency": "usd",
        "customer": customer,
        "days_until_due": None,
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": url,
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "pause_collection": None,
        "start_date": anchor,
        "status": "active",
        "trial_end": None,
        "trial_start": None,
    }


def new_item(subscription: str, amount: int, currency: str, quantity: int, period: tuple[int, int]) -> Json:
    """What it bills: the period stands here, and nowhere else."""
    begins, ends = period
    price = {
        "id": new_id("price_1", 23),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "currency": currency,
        "livemode": False,
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    return {
        "id": new_id("si_", 14),
        "object": "subscription_item",
        "created": begins,
        "current_period_end": ends,
        "current_period_start": begins,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def new_invoice(subscription: Json, amount: int, created: int) -> Json:
    """An invoice of a subscription, a draft. `subscription` is there for the lists: Stripe names it under `parent`."""
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    return {
        "id": new_id("in_1", 23),
        "object": "invoice",
        "amount_due": amount,
        "amount_paid": 0,
        "amount_remaining": amount,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "status": "draft",
        "status_transitions": dict(_NO_TIMES),
        "subscription": subscription["id"],
        "subtotal": amount,
        "total": amount,
    }


def new_invoice_payment(invoice: Json, intent: Json, created: int) -> Json:
    """What is to be paid of an invoice, by that PaymentIntent."""
    return {
        "id": new_id("inpay_1", 23),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["total"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def shown(invoice: Json) -> Json:
    """As Stripe shows it: its subscription stands under `parent` alone."""
    return {name: value for name, value in invoice.items() if name != "subscription"}
