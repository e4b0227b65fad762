"""What the company keeps of idempotency keys, and for how long."""

import time

import pytest

from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.idempotency import LIFETIME, Answer, Keys

ANSWER = Answer(200, b"{}", "req_1")


@pytest.fixture
def keys() -> Keys:
    keys = Keys()
    assert keys.begin("k", "/v1/refunds", {"amount": "5"}) is None
    return keys


def test_a_key_lives_a_day(keys: Keys, monkeypatch: pytest.MonkeyPatch):
    keys.keep("k", ANSWER)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + LIFETIME - 1)
    assert keys.begin("k", "/v1/refunds", {"amount": "5"}) == ANSWER
    monkeypatch.setattr(time, "monotonic", lambda: now + LIFETIME + 1)
    assert keys.begin("k", "/v1/refunds", {"amount": "6"}) is None


def test_a_key_that_is_in_use_is_never_forgotten(keys: Keys):
    keys.forget()
    with pytest.raises(StripeError, match="in-progress"):
        keys.begin("k", "/v1/refunds", {"amount": "5"})
    keys.free("k")
    assert keys.begin("k", "/v1/refunds", {"amount": "6"}) is None


@pytest.mark.parametrize(("path", "amount"), [("/v1/refunds", "6"), ("/v1/payment_intents", "5")])
def test_a_key_belongs_to_one_call(keys: Keys, path: str, amount: str):
    keys.keep("k", ANSWER)
    with pytest.raises(StripeError, match="'k'"):
        keys.begin("k", path, {"amount": amount})
