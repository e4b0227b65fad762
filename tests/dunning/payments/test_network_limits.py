"""The card networks' ceilings: declines in thirty days."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.payments.declines import limit_reached, window_start

NOW = datetime(2026, 12, 31, 14, tzinfo=UTC)


def test_declines_of_the_last_thirty_days_count_to_the_second() -> None:
    assert window_start(NOW) == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert window_start(NOW + timedelta(seconds=1)) - window_start(NOW) == timedelta(seconds=1)


@pytest.mark.parametrize(("declines", "reached"), [(0, False), (14, False), (15, True), (16, True)])
def test_the_fifteenth_decline_is_the_last(declines: int, *, reached: bool) -> None:
    assert limit_reached(declines, 15) is reached
