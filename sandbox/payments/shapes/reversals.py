"""What comes after a payment, in full: refunds and disputes, as API version 2026-10-28.endive answers them."""

from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import payment_id
from sandbox.payments.instruments.instruments import Instrument

_DAYS_TO_ANSWER = 9 * 24 * 3600
_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def new_refund(charge: Json, amount: int, created: int, reason: str | None, metadata: dict[str, str]) -> Json:
    """Money on its way back. Refunds of bank debits are called pyr_."""
    kind = charge["payment_method_details"]["type"]
    card = {"card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}}
    return {
        "id": payment_id("re_" if kind == "card" else "pyr_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {"type": kind, **(card if kind == "card" else {kind: {}})},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def new_dispute(charge: Json, instrument: Instrument, amount: int, created: int, reason: str) -> Json:
    """Money that the payer's bank wants back."""
    card = {"brand": instrument.brand, "case_type": "chargeback", "network": instrument.brand}
    details = card | {"network_reason_code": "10.4"} if instrument.kind == "card" else {}
    return {
        "id": payment_id("dp_").replace("dp_3", "dp_1"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + _DAYS_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": instrument.kind, instrument.kind: details},
        "reason": reason,
        "status": "needs_response",
    }
