"""PayPal's JSON (developer.paypal.com/docs/api/subscriptions/v1, .../payments/v1, .../webhooks/v1)."""

from datetime import UTC, datetime
from typing import Any

from sandbox.paypal.books import Sale, Subscription


def written(at: datetime | None) -> str | None:
    """As PayPal writes an instant."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def subscription(of: Subscription, fields: str) -> dict[str, Any]:
    """`GET /v1/billing/subscriptions/{id}`; `fields` asks for more of it."""
    price = {"currency_code": of.currency, "value": of.value}
    billing: dict[str, Any] = {
        "outstanding_balance": {"currency_code": of.currency, "value": "0.0"},
        "failed_payments_count": of.failed,
        "next_billing_time": written(of.next_charge),
    }
    if "last_failed_payment" in fields and of.failed_at:
        retry = {"next_payment_retry_time": written(of.retry_at)} if of.retry_at else {}
        billing["last_failed_payment"] = {"amount": price, "time": written(of.failed_at), **retry}
    cycle = {"tenure_type": "REGULAR", "sequence": 1, "pricing_scheme": {"version": 1, "fixed_price": price}}
    plan = {"plan": {"billing_cycles": [cycle]}} if "plan" in fields else {}
    return {
        "id": of.id,
        "plan_id": "P-SANDBOX",
        "status": of.status,
        "start_time": written(of.start),
        "quantity": "1",
        "subscriber": {"name": {"given_name": "Ann"}, "email_address": "ann@payer.example"},
        "billing_info": {name: value for name, value in billing.items() if value is not None},
        **plan,
    }


def transaction(of: Sale) -> dict[str, Any]:
    """One of `GET /v1/billing/subscriptions/{id}/transactions`."""
    gross = {"currency_code": of.currency, "value": of.value}
    return {
        "id": of.id,
        "status": of.status,
        "amount_with_breakdown": {"gross_amount": gross},
        "payer_email": "ann@payer.example",
        "time": written(of.at),
    }


def sale(of: Sale, value: str = "") -> dict[str, Any]:
    """`GET /v1/payments/sale/{id}`, and the resource of a webhook about it."""
    return {
        "id": of.id,
        "state": of.status.lower(),
        "amount": {"total": value or of.value, "currency": of.currency},
        "payment_mode": "INSTANT_TRANSFER",
        "create_time": written(of.at),
        "billing_agreement_id": of.subscription,
    }


def event(named: str, of: Sale) -> dict[str, Any]:
    """The webhook about a payment."""
    refunded = of.status in ("REFUNDED", "PARTIALLY_REFUNDED")
    word = "REFUNDED" if refunded else of.status
    resource = sale(of, of.lies)
    if refunded:  # the resource is the refund then
        resource = {**resource, "id": f"{of.id}-R", "sale_id": of.id}
    return {
        "id": named,
        "event_version": "1.0",
        "create_time": written(of.at),
        "resource_type": "refund" if refunded else "sale",
        "event_type": f"PAYMENT.SALE.{word}",
        "summary": f"A payment is {word.lower()}",
        "resource": resource,
    }


def failure(name: str, *issues: str) -> dict[str, Any]:
    """An error; its texts say personal things, as real ones may."""
    details = [{"issue": issue, "description": "about ann@payer.example"} for issue in issues]
    return {"name": name, "message": "about ann@payer.example", "debug_id": "f3a1c0de", "details": details}
