"""Money: whole minor units, and no silent mixing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.money import Money, OtherCurrencyError, digits


@pytest.mark.parametrize(
    ("text", "minor", "shown"),
    [
        ("USD 19.99", 1999, "USD 19.99"),
        ("19.99 USD", 1999, "USD 19.99"),
        ("JPY 500", 500, "JPY 500"),
        ("KWD 1.005", 1005, "KWD 1.005"),
        ("USD -3", -300, "USD -3.00"),
        ("CLF 1.0001", 10001, "CLF 1.0001"),
    ],
)
@pytest.mark.req("S3-32")
def test_amounts_are_read_and_shown_exactly(text: str, minor: int, shown: str) -> None:
    money = Money.parse(text)
    assert (money.minor, str(money)) == (minor, shown)


def test_the_currency_may_be_given_beside_the_number() -> None:
    assert Money.parse("5", "EUR") == Money(minor=500, currency="EUR")


@pytest.mark.parametrize(
    "text", ["", "USD", "19.999 USD", "JPY 1.5", "NaN USD", "Infinity USD", "1 2 USD", "19.99", "x USD"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Money.parse(text)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
def test_reading_what_was_shown_gives_the_same(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert Money.parse(str(money)) == money
    assert money.decimal() * 10 ** digits(currency) == Decimal(minor)
    assert money + -money == Money.zero(currency)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(OtherCurrencyError, match=r"USD 1.00 and EUR 1.00 are different currencies"):
        _ = Money.parse("USD 1") + Money.parse("EUR 1")
    with pytest.raises(OtherCurrencyError):
        _ = Money.parse("USD 1") < Money.parse("EUR 1")
    assert Money.parse("USD 1") < Money.parse("USD 2")
