"""What the adapter computes without asking anybody: units of money, keys, the words of consent."""

import pytest

from adapters.gateways.stripe.consent import consent_in, consent_metadata
from adapters.gateways.stripe.keys import MOST, idempotency_key
from adapters.gateways.stripe.money import from_units, units
from dunning.money import Money

AMOUNTS = [
    ("19.99", "USD", 1999),
    ("500", "JPY", 500),
    ("5.120", "KWD", 5120),
    ("5", "ISK", 500),  # its cents are gone, but not at Stripe
    ("5", "UGX", 500),
    ("10.00", "MGA", 10),  # has two digits, but not at Stripe
]


@pytest.mark.parametrize(("amount", "currency", "count"), AMOUNTS)
def test_amounts_are_told_in_stripes_units_and_read_back(amount: str, currency: str, count: int):
    told = Money.parse(amount, currency)
    assert units(told) == count
    assert from_units(count, currency.lower()) == told


@pytest.mark.parametrize(
    ("amount", "currency", "count"),
    [("10.50", "MGA", 10), ("1.005", "KWD", 1000), ("1.009", "TND", 1000), ("0.019", "BHD", 10)],
)
def test_of_a_part_of_a_unit_nobody_is_asked_for_more_than_is_owed(amount: str, currency: str, count: int):
    """Of three digits the last one has to be 0 there."""
    owed = Money.parse(amount, currency)
    assert units(owed) == count
    assert from_units(count, currency.lower()) < owed


@pytest.mark.parametrize(("amount", "currency"), [("0.50", "MGA"), ("0.009", "KWD"), ("0", "USD"), ("-0.005", "OMR")])
def test_what_is_less_than_the_smallest_part_cannot_move(amount: str, currency: str):
    with pytest.raises(ValueError, match=currency):
        units(Money.parse(amount, currency))


def test_a_key_that_fits_is_sent_as_it_is():
    assert idempotency_key("INV-1:charge:1") == "INV-1:charge:1"
    assert idempotency_key("k" * MOST) == "k" * MOST


@pytest.mark.parametrize("key", ["k" * (MOST + 1), "RE-Ä-1:charge:1", "INV\n1:charge:1", "請求書" * 200])
def test_a_key_that_does_not_fit_a_header_gets_a_hash(key: str):
    sent = idempotency_key(key)
    assert len(sent) <= MOST
    assert sent.isascii()
    assert sent.isprintable()
    assert sent == idempotency_key(key)
    assert sent != idempotency_key(f"{key}2")


@pytest.mark.req("S3-07")
@pytest.mark.parametrize("text", ["", "I agree.", "é" * 500, "w" * 501, "z" * 1700])
def test_consent_travels_whole_however_long(text: str):
    metadata = consent_metadata(text)
    assert consent_in({**metadata, "account": "A-1"}) == text
    assert all(len(value) <= 500 for value in metadata.values())
