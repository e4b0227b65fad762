"""What a policy may write as a fee, and what it comes to: rounded half up, within its bounds, never of nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.money import Money, OtherCurrencyError
from dunning.policy.check import Finding, findings
from dunning.policy.fee import Fee, read_fee
from dunning.policy.file import MilestoneRule
from tests.dunning.policy.test_edges import ISSUE, SUSPEND, WARN, written
from tests.dunning.strategies import fees

BASES = st.integers(-10_000, 10**12).map(lambda minor: Money(minor=minor, currency="USD"))


def fee(text: object) -> Fee:
    return read_fee(text)


def on(written_fee: object, base: str) -> str:
    return str(fee(written_fee).on(Money.parse(base)))


@pytest.mark.parametrize(
    ("written_fee", "base", "amount"),
    [
        ("USD 35.00", "USD 1.00", "USD 35.00"),
        ("USD 35.00", "USD 900.00", "USD 35.00"),
        ({"percent": 5}, "USD 100.00", "USD 5.00"),
        ({"percent": "5"}, "USD 100.00", "USD 5.00"),
        ({"percent": "1.5%"}, "USD 19.99", "USD 0.30"),  # 29.985 cents
        ({"percent": "2.5"}, "USD 0.20", "USD 0.01"),  # half a cent goes up
        ({"percent": "2.5"}, "USD 0.19", "USD 0.00"),
        ({"percent": "0.01"}, "USD 50.00", "USD 0.01"),
        ({"percent": 10}, "JPY 1005", "JPY 101"),
        ({"percent": "0.25"}, "KWD 0.999", "KWD 0.002"),
        ({"percent": 100}, "USD 19.99", "USD 19.99"),
        ({"percent": 5, "minimum": "USD 5.00"}, "USD 99.99", "USD 5.00"),
        ({"percent": 5, "minimum": "USD 5.00"}, "USD 100.20", "USD 5.01"),
        ({"percent": 5, "maximum": "USD 5.00"}, "USD 100.20", "USD 5.00"),
        ({"percent": 5, "minimum": "USD 5.00", "maximum": "USD 50.00"}, "USD 0.01", "USD 5.00"),
        ({"percent": 5, "minimum": "USD 5.00", "maximum": "USD 50.00"}, "USD 5000.00", "USD 50.00"),
        ({"percent": 5, "minimum": "USD 5.00"}, "USD 0.00", "USD 0.00"),
        ({"percent": 5, "minimum": "USD 5.00"}, "USD -3.00", "USD 0.00"),
    ],
)
def test_what_a_fee_comes_to(written_fee: object, base: str, amount: str) -> None:
    assert on(written_fee, base) == amount


@given(fees, BASES, BASES)
def test_a_fee_grows_with_its_base_and_is_the_nearest_cent_within_its_bounds(
    rule: Fee, one: Money, other: Money
) -> None:
    small, large = sorted((one, other), key=lambda money: money.minor)
    assert rule.on(small).minor <= rule.on(large).minor
    came_to = rule.on(large)
    if rule.amount:
        assert came_to == rule.amount
    elif large.minor <= 0:
        assert came_to.minor == 0
    elif came_to not in (rule.minimum, rule.maximum):
        too_little = large.minor * rule.basis_points - came_to.minor * 10_000  # hundredths of a percent of a cent
        assert -5_000 <= too_little < 5_000, "half a cent goes up"
    if not rule.amount and large.minor > 0:
        assert rule.minimum is None or came_to.minor >= rule.minimum.minor
        assert rule.maximum is None or came_to.minor <= rule.maximum.minor


@pytest.mark.parametrize(
    ("written_fee", "words"),
    [
        ("USD 35.00", "USD 35.00"),
        ({"percent": 5}, "5%"),
        ({"percent": "1.50"}, "1.5%"),
        ({"percent": "0.05"}, "0.05%"),
        ({"percent": "10", "minimum": "USD 5.00"}, "10% (at least USD 5.00)"),
        (
            {"percent": "100", "minimum": "USD 5", "maximum": "USD 50"},
            "100% (at least USD 5.00, at most USD 50.00)",
        ),
    ],
)
def test_a_fee_reads_as_people_write_it(written_fee: object, words: str) -> None:
    assert str(fee(written_fee)) == words


NO_PERCENT = "is not a percentage; write it in quotes, like '1.5', above 0 and up to 100"


@pytest.mark.parametrize(
    ("written_fee", "reason"),
    [
        (5, "'5' is no fee; write an amount like 'USD 35.00', or a table of percent, minimum, maximum"),
        (1.5, "'1.5' is no fee"),
        ("5%", "'5%' is not an amount; write it like 'USD 19.99'"),
        ({"percent": 1.5}, f"percent: 1.5 {NO_PERCENT}"),
        ({"percent": True}, f"percent: true {NO_PERCENT}"),
        ({"percent": 0}, f"percent: 0 {NO_PERCENT}"),
        ({"percent": "0.00"}, f"percent: '0.00' {NO_PERCENT}"),
        ({"percent": "-5"}, f"percent: '-5' {NO_PERCENT}"),
        ({"percent": "100.01"}, f"percent: '100.01' {NO_PERCENT}"),
        ({"percent": "1.555"}, f"percent: '1.555' {NO_PERCENT}"),
        ({"percent": "1,5"}, f"percent: '1,5' {NO_PERCENT}"),
        ({"percent": "1e1"}, f"percent: '1e1' {NO_PERCENT}"),
        ({"percent": "nan"}, f"percent: 'nan' {NO_PERCENT}"),
        ({"percent": "५"}, f"percent: '५' {NO_PERCENT}"),
        ({"minimum": "USD 5"}, "percent is missing: a table of a fee needs it; a fixed fee is an amount like"),
        ({"percent": 5, "minimum": 5}, "minimum: 5 is not an amount; write it like 'USD 5.00'"),
        ({"percent": 5, "maximum": "USD 5.005"}, "it has 2 decimal digits at most"),
        (
            {"percent": 5, "least": "USD 5"},
            "'least' is no fee; write an amount like 'USD 35.00', or a table of percent",
        ),
        ({"minor": 3500, "currency": "USD"}, "'minor' is no fee"),
    ],
)
def test_what_is_no_fee_is_refused_with_what_to_write(written_fee: object, reason: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - pydantic's own is one
        MilestoneRule.model_validate({"action": "late_fee", "offset": 5, "fee": written_fee})
    assert reason in str(refused.value)


def found(fee_table: object, **more: Any) -> list[Finding]:
    return findings(
        written(ISSUE, _warning("late-fee"), {"action": "late_fee", "offset": 7, "fee": fee_table}, SUSPEND, **more)
    )


def test_bounds_are_checked_with_their_own_key() -> None:
    both = {"percent": 5, "minimum": "USD 50", "maximum": "USD 5"}
    assert found(both) == [Finding("milestones[2].fee.maximum", "USD 5.00 is less than the minimum, USD 50.00")]
    assert found({"percent": 5, "minimum": "USD 5", "maximum": "USD 5"}) == []
    words = "must be a positive amount of the policy's currency, USD"
    assert found({"percent": 5, "minimum": "EUR 5"}) == [Finding("milestones[2].fee.minimum", f"EUR 5.00 {words}")]
    assert found({"percent": 5, "maximum": "USD 0"}) == [Finding("milestones[2].fee.maximum", f"USD 0.00 {words}")]
    wrong = {"percent": 5, "maximum": "USD 0"}
    assert found("USD 5", reinstatement={"fee": wrong}) == [Finding("reinstatement.fee.maximum", f"USD 0.00 {words}")]
    assert found({"percent": 5, "minimum": "USD 5", "maximum": "EUR 9"}) == [
        Finding("milestones[2].fee.maximum", f"EUR 9.00 {words}")
    ]


def test_more_than_one_fee_needs_names() -> None:
    second = {"action": "late_fee", "offset": 8, "fee": {"percent": 5}}
    first = {"action": "late_fee", "offset": 7, "fee": "USD 5"}
    assert findings(written(ISSUE, WARN, first, second, SUSPEND)) == [
        Finding("milestones[3].name", "'late-fee' is already taken; give this milestone a name")
    ]
    assert (
        findings(written(ISSUE, _warning("late-fee", "second-fee"), first, {**second, "name": "second-fee"}, SUSPEND))
        == []
    )


def test_a_bound_in_another_currency_never_passes_as_a_fee() -> None:
    with pytest.raises(OtherCurrencyError):
        Fee(basis_points=500, minimum=Money.parse("EUR 5")).on(Money.parse("USD 100"))


def _warning(*more: str) -> dict[str, Any]:
    return {**WARN, "warns_of": [*more, "suspend"]}
