"""Two looks that fail make an outage, a success ends it, and nobody says more than was seen."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dunning.windows.outage import EVERY, FRESH, Outage, Way, after_look

AT = datetime(2026, 12, 2, 5, tzinfo=UTC)


def after(looks: list[tuple[float, str]]) -> list[Outage]:
    """All that is written by looks at these minutes, each with the failure that it saw."""
    rows: dict[str, Outage] = {}
    for minutes, failure in looks:
        running = [each for each in rows.values() if each.until is None]
        known = running[0] if running else None
        for each in after_look(known, Way.PORTAL, AT + timedelta(minutes=minutes), failure):
            rows[each.id] = each
    return list(rows.values())


def minutes(each: Outage) -> tuple[float, float | None, bool]:
    until = (each.until - AT) / timedelta(minutes=1) if each.until else None
    return (each.since - AT) / timedelta(minutes=1), until, each.stands


def test_it_begins_with_the_first_failure_stands_with_the_second_and_ends_with_a_success() -> None:
    (first,) = after([(0, ""), (5, "502")])
    assert minutes(first) == (5, None, False)
    (one,) = after([(0, ""), (5, "502"), (10, "503"), (15, ""), (20, "")])
    assert (minutes(one), one.why, one.checks) == ((5, 15, True), "503", 2)
    (blip,) = after([(5, "502"), (10, "")])
    assert not blip.stands


def test_a_look_that_is_repeated_at_once_is_the_same_one() -> None:
    (one,) = after([(5, "502"), (5.5, "502")])
    assert not one.stands


def test_what_the_checker_did_not_see_is_nobody_s_word() -> None:
    assert list(map(minutes, after([(0, "x"), (5, "x"), (300, "")]))) == [(0, 5, True)]
    assert list(map(minutes, after([(0, "x"), (5, "x"), (300, "x"), (305, "x")]))) == [(0, 5, True), (300, None, True)]
    (one,) = after([(0, "x"), (5, "x")])
    assert one.ended(AT + timedelta(minutes=12)) == AT + timedelta(minutes=12), "it runs, as far as is known"
    assert one.ended(AT + timedelta(hours=12)) == AT + timedelta(minutes=5)
    assert [one.runs(AT + timedelta(minutes=each)) for each in (-1, 0, 12, 700)] == [False, True, True, False]


@given(st.lists(st.tuples(st.integers(min_value=1, max_value=300), st.booleans()), max_size=30))
def test_all_that_is_written_was_seen(steps: list[tuple[int, bool]]) -> None:
    """Each minute of an outage that stands lies between two looks of which the first failed, and not far apart."""
    looks: list[tuple[float, str]] = []
    for wait, works in steps:
        looks.append((wait + (looks[-1][0] if looks else 0), "" if works else "x"))
    written = after(looks)
    for each in written:
        begun, until, _ = minutes(each)
        end = until if until is not None else (each.seen - AT) / timedelta(minutes=1)
        inside = [failure for minute, failure in looks if begun <= minute < end]
        assert all(inside)
        seen = [minute for minute, _ in looks if begun <= minute <= end]
        assert all(timedelta(minutes=b - a) <= FRESH for a, b in pairwise(seen))
    ends = [each.until or each.seen for each in written]
    assert all(end <= later.since for end, later in zip(ends, written[1:], strict=False))
    assert EVERY < FRESH
