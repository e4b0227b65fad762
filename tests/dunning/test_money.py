"""Money: whole minor units, and no silent mixing."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dunning.currencies import digits, known_currency
from dunning.money import MOST, Money, OtherCurrencyError


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
    "text",
    [
        "", "USD", "NaN USD", "USD nan", "Infinity USD", "inf USD", "USD -inf", "19.99", "x USD", "usd 5", "US 5",
        "USDT 5",
        "1e3 USD", "USD 1E3", "USD 0x10", "USD .5", "USD 5.", "USD 5..0", "USD 1.2.3", "USD --5", "USD +5",
        "USD - 5", "- USD 5", "-USD 5", "USD 5-", "(USD 5)", "$5", "USD $5", "USD 5 EUR", "USD 5 USD",
        "USD \uff11\uff19.\uff19\uff19", "USD \u0661\u0669",
        "USD 5\uff0e00", "USD \u22125", "USD\n5", "USD\t5", "USD\u00a05", "\u00a0USD 5", "USD 5\n", "USD 5\0",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount; write it like 'USD 19\.99'$"):
        Money.parse(text)


@pytest.mark.parametrize(
    "text", ["USD 1,000", "USD 1,000.00", "EUR 1.000,00", "USD 1 000", "USD 1_000", "CHF 1'000", "EUR 0,5", "1 2 USD"]
)
def test_separators_are_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="a point before the cents, and nothing between thousands"):
        Money.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "EUR 1.000",
            "'1.000' is not an amount of EUR: it has 2 decimal digits at most; if a thousand",
        ),
        (
            "JPY 1.000",
            "'1.000' is not an amount of JPY: it has 0 decimal digits at most; if a thousand",
        ),
        (
            "1.000 USD",
            "'1.000' is not an amount of USD: it has 2 decimal digits at most; if a thousand",
        ),
        ("USD 0.000", "'0.000' is not an amount of USD: it has 2"),
        ("USD 19.990", "'19.990' is not an amount of USD: it has 2"),
        ("USD 19.9900", "'19.9900' is not an amount of USD: it has 2 decimal digits at most$"),
        ("JPY 1.0", "'1.0' is not an amount of JPY: it has 0 decimal digits at most$"),
        ("KWD 1.0000", "'1.0000' is not an amount of KWD: it has 3 decimal digits at most$"),
        ("CLF 1.00000", "it has 4 decimal digits at most$"),
    ],
)
@pytest.mark.req("S3-32")
def test_more_digits_than_the_currency_has_are_refused_also_when_they_are_noughts(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        Money.parse(text)
    assert ("write 1000" in str(refused.value)) == ("1.000" in text and "0000" not in text)


def test_the_same_digits_are_read_where_the_currency_has_them() -> None:
    texts = ("KWD 1.000", "CLF 1.0000", "EUR 1.00", "EUR 1.0", "EUR 1", "JPY 1")
    assert [Money.parse(text).minor for text in texts] == [1000, 10000, 100, 100, 100, 1]
    assert Money.parse(" USD  007.50 ").minor == 750


@pytest.mark.parametrize("text", ["XYZ 5", "UDS 5.00", "BTC 1", "ZZZ 1.00"])
def test_a_currency_that_there_is_not_is_refused_because_its_digits_would_be_a_guess(text: str) -> None:
    with pytest.raises(ValueError, match="is not a currency of ISO 4217"):
        Money.parse(text)
    with pytest.raises(ValueError, match="is not a currency of ISO 4217"):
        known_currency(text[:3])


def test_one_limit_of_twelve_digits_holds_for_every_currency() -> None:
    assert MOST == 999_999_999_999
    assert Money.parse("USD 9999999999.99").minor == MOST
    assert Money.parse("JPY 000999999999999").minor == MOST
    for text, most in (
        ("USD 10000000000.00", "USD 9999999999.99"), ("USD -10000000000", "USD 9999999999.99"),
        ("JPY 1000000000000", "JPY 999999999999"), ("KWD 1000000000", "KWD 999999999.999"),
        ("USD " + "9" * 5000, "USD 9999999999.99"), ("USD 92233720368547758.08", "USD 9999999999.99"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"^more than {most}, the most that an amount may be$"):
            Money.parse(text)


@pytest.mark.parametrize("minor", [5.0, 19.99, "1999", True, None, Decimal(5)])
def test_minor_units_are_whole_numbers_and_nothing_that_looks_like_one(minor: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"minor": minor, "currency": "USD"})
    if not isinstance(minor, Decimal):
        with pytest.raises(ValidationError):
            Money.model_validate_json(json.dumps({"minor": minor, "currency": "USD"}))


@given(st.text(alphabet="0123456789.,-+eE_ '\u00a0USDJPYKWINFna\u0661\uff11", max_size=14))
def test_whatever_is_read_is_shown_as_it_was_written(text: str) -> None:
    """No guess: what is accepted says, apart from spaces, the order and leading noughts, what it was read as."""
    try:
        money = Money.parse(text)
    except ValueError:
        return
    number = text.replace(money.currency, "").strip(" ")
    assert Decimal(number) == money.decimal()
    assert len(number.partition(".")[2]) <= digits(money.currency)
    assert set(number) <= set("-0123456789.")


@given(st.integers(-MOST, MOST), st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
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
