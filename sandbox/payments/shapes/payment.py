"""PaymentIntents in full, as API version 2026-10-28.endive answers them."""

from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import new_id, payment_id

ALL_KINDS = ("card", "us_bank_account", "sepa_debit")


def new_payment_intent(created: int, amount: int, currency: str) -> Json:
    """A PaymentIntent that waits for a payment method."""
    name = payment_id("pi_")
    return {
        "id": name,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{name}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": [kind for kind in ALL_KINDS if takes(kind, currency)],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def takes(kind: str, currency: str) -> bool:
    """Whether a debit of that kind is made in that currency."""
    return {"us_bank_account": "usd", "sepa_debit": "eur"}.get(kind, currency) == currency


def next_action() -> Json:
    """Where a card's owner has to authenticate."""
    url = f"https://hooks.stripe.com/3d_secure_2/hosted?source={new_id('payatt_3', 23)}"
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": url}}
