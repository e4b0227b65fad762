"""Customers and payment methods in full, as API version 2026-10-28.endive answers them."""

import hashlib

from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import new_id, payment_id
from sandbox.payments.instruments.instruments import Instrument

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_EXPIRES = (12, 2034)


def blank_address() -> Json:
    """An address that nobody gave."""
    return dict.fromkeys(_ADDRESS)


def billing_details(given: Json | None = None) -> Json:
    """Name and address of the payer, as far as given."""
    given = given or {}
    address = blank_address() | dict(given.get("address") or {})
    return {"address": address} | {key: given.get(key) or None for key in ("email", "name", "phone", "tax_id")}


def new_customer(created: int) -> Json:
    """A customer without anything."""
    return {
        "id": new_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def new_payment_method(instrument: Instrument, created: int, details: Json | None = None) -> Json:
    """A payment method that is attached to nobody."""
    return {
        "id": payment_id("pm_").replace("pm_3", "pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(details),
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": instrument.kind,
        instrument.kind: _OF_KIND[instrument.kind](instrument),
    }


def checks(instrument: Instrument) -> Json:
    """What the issuer checked."""
    cvc = "fail" if instrument.fails == "incorrect_cvc" else "pass"
    return {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": cvc}


def card_facts(instrument: Instrument) -> Json:
    """What payment method and charge both show of a card."""
    return {
        "brand": instrument.brand,
        "checks": checks(instrument),
        "country": "US",
        "exp_month": _EXPIRES[0],
        "exp_year": _EXPIRES[1],
        "fingerprint": _fingerprint(instrument),
        "funding": "credit",
        "last4": instrument.last4,
        "regulated_status": "unregulated",
    }


def bank_facts(instrument: Instrument) -> Json:
    """What payment method and charge both show of an American bank account."""
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": _fingerprint(instrument),
        "last4": instrument.last4,
        "routing_number": "110000000",
    }


def sepa_facts(instrument: Instrument) -> Json:
    """What payment method and charge both show of a European bank account."""
    return {
        "bank_code": instrument.number[4:12],
        "branch_code": "",
        "country": instrument.number[:2],
        "fingerprint": _fingerprint(instrument),
        "last4": instrument.last4,
    }


def _card(instrument: Instrument) -> Json:
    return card_facts(instrument) | {
        "display_brand": "american_express" if instrument.brand == "amex" else instrument.brand,
        "generated_from": None,
        "networks": {"available": [instrument.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _bank(instrument: Instrument) -> Json:
    return bank_facts(instrument) | {
        "financial_connections_account": None,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "status_details": {},
    }


def _sepa(instrument: Instrument) -> Json:
    return sepa_facts(instrument) | {"generated_from": {"charge": None, "setup_attempt": None}}


def _fingerprint(instrument: Instrument) -> str:
    """The same for the same number, as Stripe's is within an account."""
    return hashlib.sha256(instrument.number.encode()).hexdigest()[:16]


_OF_KIND = {"card": _card, "us_bank_account": _bank, "sepa_debit": _sepa}
