"""Our objects have the fields that Stripe's own published examples have. Skipped where those do not lie beside us."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.sandbox.merchant import SDK, Merchant

EXAMPLES = Path(__file__).parents[3] / "shared" / "stripe-fixtures3.json"
pytestmark = [SDK, pytest.mark.skipif(not EXAMPLES.exists(), reason="Stripe's examples are not part of the project")]

Json = dict[str, Any]
NEWER = {"payment_intent": {"allowed_payment_method_types"}, "checkout.session": {"allowed_payment_method_types"}}
NEWER["setup_intent"] = {"allowed_payment_method_types", "customer_account", "managed_payments"}
"""Fields that 2026-10-28.endive has and the examples do not."""

NEWER["customer"] = {"customer_account"}
NOT_SHOWN = {"charge": {"refunds"}}
"""Shown only when they are expanded."""


async def things(merchant: Merchant) -> dict[str, Json]:
    """One object of each kind, as the API answers it."""
    api = merchant.api
    intent = await merchant.charge()
    refund = await merchant.desk.refund(intent.id, 5)
    dispute = await merchant.desk.dispute(intent.id)
    session = await api.checkout.sessions.create_async(merchant.page(mode="payment"))
    charge = await api.charges.retrieve_async(str(intent.latest_charge))
    event = (await api.events.list_async({"limit": 1})).data[0]
    made = [
        intent,
        charge,
        event,
        session,
        await api.customers.retrieve_async(merchant.customer),
        await api.payment_methods.retrieve_async(merchant.method),
        await api.refunds.retrieve_async(refund),
        await api.disputes.retrieve_async(dispute),
        await api.setup_intents.create_async({"customer": merchant.customer}),
        await api.balance.retrieve_async(),
        await api.balance_transactions.retrieve_async(str(charge.balance_transaction)),
    ]
    answers = [cast("Json", json.loads(str(thing))) for thing in made]
    return {answer["object"]: answer for answer in answers}


async def test_every_object_has_the_fields_of_stripes_example(merchant: Merchant):
    examples = json.loads(EXAMPLES.read_text())["resources"]
    ours = await things(merchant)
    assert len(ours) == 11
    for kind, thing in ours.items():
        expected = set(examples[kind]) - NOT_SHOWN.get(kind, set()) | NEWER.get(kind, set())
        assert set(thing) == expected, kind


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("charge", "outcome"),
        ("charge", "billing_details"),
        ("charge", "payment_method_details.card"),
        ("payment_method", "card"),
        ("payment_method", "billing_details"),
        ("customer", "invoice_settings"),
        ("dispute", "evidence"),
        ("dispute", "evidence_details"),
        ("checkout.session", "customer_details"),
        ("checkout.session", "custom_text"),
        ("checkout.session", "automatic_tax"),
    ],
)
async def test_so_have_the_objects_within(merchant: Merchant, kind: str, path: str):
    example = json.loads(EXAMPLES.read_text())["resources"][kind]
    ours = (await things(merchant))[kind]
    for step in path.split("."):
        example, ours = example[step], ours[step]
    assert set(example) <= set(ours)
