"""Our objects have the fields, and the types, that Stripe's own have."""

import json
from pathlib import Path
from typing import Any, cast

from tests.sandbox.payments.merchant import SDK, Merchant

# Field -> type of each resource, by dotted path; `null` where the example has none: facts of the fixtures that
# Stripe publishes with its OpenAPI description (github.com/stripe/openapi), written down once; no object is copied.
FIELDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("stripe_fields.json").read_text())
TYPES = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object", type(None): "null"}
pytestmark = SDK

Json = dict[str, Any]
NEWER = {
    "checkout.session": {"allowed_payment_method_types"},
    "customer": {"customer_account"},
    "payment_intent": {"allowed_payment_method_types"},
    "setup_intent": {"allowed_payment_method_types", "customer_account", "managed_payments"},
}
"""Fields that 2026-10-28.endive has and those fixtures do not."""


async def things(merchant: Merchant) -> dict[str, Json]:
    """One object of each kind, as the API answers it."""
    api = merchant.api
    intent = await merchant.charge(expand=["latest_charge"])
    charge = intent.latest_charge
    intent = await api.payment_intents.retrieve_async(intent.id)
    await merchant.control.refund(intent.id, 5)
    await merchant.control.dispute(intent.id)
    (event,) = (await api.events.list_async({"types": ["charge.dispute.created"], "limit": 1})).data
    made = [
        intent,
        charge,
        event,
        event.data.object,
        await api.checkout.sessions.create_async(merchant.page(mode="payment")),
        await api.customers.retrieve_async(merchant.customer),
        await api.payment_methods.retrieve_async(merchant.method),
        (await api.refunds.list_async({"payment_intent": intent.id})).data[0],
        await api.setup_intents.create_async({"customer": merchant.customer}),
    ]
    answers = [cast("Json", json.loads(str(thing))) for thing in made]
    return {answer["object"]: answer for answer in answers}


async def test_every_object_has_the_fields_of_stripes_own(merchant: Merchant):
    ours = await things(merchant)
    assert ours.keys() == FIELDS.keys()
    for kind, thing in ours.items():
        named = {path for path in FIELDS[kind] if "." not in path}
        assert set(thing) == named | NEWER.get(kind, set()), kind


async def test_every_field_has_its_type_on_every_level(merchant: Merchant):
    ours = await things(merchant)
    for kind, fields in FIELDS.items():
        for path, expected in fields.items():
            thing: Any = ours[kind]
            for step in path.split("."):
                assert step in thing, f"{kind}: {path}"
                thing = thing[step]
            assert TYPES[type(thing)] in {expected, "null"} or expected == "null", f"{kind}: {path}"
