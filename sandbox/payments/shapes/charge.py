"""Charges in full, as API version 2026-10-28.endive answers them."""

from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import new_id, payment_id
from sandbox.payments.instruments.declines import Decline
from sandbox.payments.instruments.instruments import Instrument
from sandbox.payments.shapes.payer import bank_facts, card_facts, sepa_facts

_RECEIPTS = "https://pay.stripe.com/receipts/payment/"


def new_charge(intent: Json, instrument: Instrument, method: Json, created: int) -> Json:
    """One try to move the money of an intent, under way. Charges of bank debits are called py_."""
    return {
        "id": payment_id("ch_" if instrument.kind == "card" else "py_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "REPRIEVE SANDBOX",
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "type": instrument.kind,
            instrument.kind: _DETAILS[instrument.kind](instrument, intent),
        },
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    }


def approved_outcome() -> Json:
    """The outcome of a charge that went well."""
    return _outcome("approved_by_network", "authorized", "Payment complete.")


def declined_outcome(decline: Decline) -> Json:
    """The outcome of a charge that did not."""
    said = "The bank did not return any further details with this decline."
    outcome = _outcome("declined_by_network", "issuer_declined", said)
    reason = decline.reason or "generic_decline"
    return outcome | {
        "advice_code": decline.advice or None,
        "network_decline_code": decline.network or None,
        "reason": reason,
    }


def receipt_url(charge_id: str) -> str:
    """Where a receipt lies."""
    return _RECEIPTS + charge_id


def _outcome(network: str, kind: str, message: str) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": message,
        "type": kind,
    }


def _card(instrument: Instrument, intent: Json) -> Json:
    return card_facts(instrument) | {
        "amount_authorized": intent["amount"],
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": instrument.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }


def _bank(instrument: Instrument, intent: Json) -> Json:
    del intent
    return bank_facts(instrument) | {"mandate": new_id("mandate_1", 23), "payment_reference": None}


def _sepa(instrument: Instrument, intent: Json) -> Json:
    del intent
    return sepa_facts(instrument) | {"mandate": new_id("mandate_1", 23)}


_DETAILS = {"card": _card, "us_bank_account": _bank, "sepa_debit": _sepa}
