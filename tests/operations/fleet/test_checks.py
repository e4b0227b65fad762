"""Which sweep is asked for; the checks themselves are tested as commands, on the real server."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.errors import RefusedError
from operations.fleet.checks import sweep_of

NOW = datetime(2026, 11, 28, 12, 0, 0, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_without_times_it_is_until_now_to_the_full_second() -> None:
    order = sweep_of(None, None, NOW)
    assert (order.since, order.until) == (None, NOW.replace(microsecond=0) + timedelta(seconds=1))
    assert sweep_of(NOW - HOUR, NOW, NOW).since == NOW - HOUR


@pytest.mark.parametrize(("since", "until"), [(NOW, NOW), (NOW + HOUR, NOW), (NOW + HOUR, None)])
def test_no_time_at_all_is_refused(since: datetime, until: datetime | None) -> None:
    with pytest.raises(RefusedError, match="is not before") as refused:
        sweep_of(since, until, NOW)
    assert refused.value.field == "since"
