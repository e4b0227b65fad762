"""What every answer of the API has: who may ask, request ids, ids that nobody has, expansion."""

import httpx2
import pytest
import stripe

from sandbox.companies import Sandbox
from tests.sandbox.payments.merchant import SDK, Merchant, connected, param_of

pytestmark = SDK


@pytest.mark.parametrize("key", ["sk_test_", "pk_test_x", "sk_live_x", "anything"])
async def test_a_key_of_another_form_is_refused(sandbox: Sandbox, key: str):
    async with connected(sandbox.addresses.payments, key) as api:
        with pytest.raises(stripe.AuthenticationError, match="Invalid API Key") as error:
            await api.events.list_async()
    assert error.value.http_status == 401
    assert key not in str(error.value) or len(key) <= 12


async def test_without_a_key_nobody_is_served(sandbox: Sandbox):
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{sandbox.addresses.payments}/v1/events")
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
        assert answer.headers["Request-Id"].startswith("req_")
        basic = await http.get(f"{sandbox.addresses.payments}/v1/events", auth=("rk_test_restricted", ""))
        assert basic.status_code == 200


async def test_every_answer_has_an_id_of_its_own(merchant: Merchant):
    answers = [await merchant.api.events.list_async({"limit": 1}) for _ in range(2)]
    ids = {answer.last_response.request_id for answer in answers if answer.last_response}
    assert len(ids) == 2
    assert all(name and name.startswith("req_") for name in ids)


@pytest.mark.parametrize(
    ("service", "param"),
    [
        ("customers", "id"),
        ("payment_methods", "payment_method"),
        ("payment_intents", "intent"),
        ("setup_intents", "intent"),
    ],
)
async def test_an_id_that_nobody_has_is_not_found(merchant: Merchant, service: str, param: str):
    with pytest.raises(stripe.InvalidRequestError, match="No such") as error:
        await getattr(merchant.api, service).retrieve_async("nothing_1")
    assert (error.value.http_status, error.value.code, param_of(error.value)) == (404, "resource_missing", param)


async def test_a_path_that_is_none_is_not_found(merchant: Merchant):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as error:
        await merchant.api.coupons.retrieve_async("SUMMER")
    assert error.value.http_status == 404


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_page_has_its_limits(merchant: Merchant, limit: int):
    with pytest.raises(stripe.InvalidRequestError) as error:
        await merchant.api.events.list_async({"limit": limit})
    assert (param_of(error.value), error.value.code) == ("limit", "parameter_invalid_integer")


async def test_what_cannot_be_expanded_is_refused(merchant: Merchant):
    intent = await merchant.charge()
    for path in ("amount", "nothing", "latest_charge.nothing", "customer.a.b.c.d"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            await merchant.api.payment_intents.retrieve_async(intent.id, {"expand": [path]})


async def test_deep_expansion(merchant: Merchant):
    intent = await merchant.charge()
    paths = ["customer.invoice_settings.default_payment_method", "latest_charge.customer", "payment_method"]
    seen = await merchant.api.payment_intents.retrieve_async(intent.id, {"expand": paths})
    assert isinstance(seen.latest_charge, stripe.Charge)
    assert isinstance(seen.latest_charge.customer, stripe.Customer)
    assert isinstance(seen.customer, stripe.Customer)
    assert seen.customer.invoice_settings is not None
    assert isinstance(seen.customer.invoice_settings.default_payment_method, stripe.PaymentMethod)
    assert isinstance(seen.payment_method, stripe.PaymentMethod)
    again = await merchant.api.payment_intents.retrieve_async(intent.id)
    assert isinstance(again.customer, str)  # expanding an answer expands nothing else
