"""A notice names the days that will be: the plan's, moved by the windows that are set when it is written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.case.orders import NoticeOrder
from dunning.case.snapshot import packed
from dunning.forecast.expected import expected
from dunning.rules.order_for import order_for
from dunning.rules.time_ahead import as_it_will_be
from dunning.rules.upcoming import nothing_waits
from dunning.windows.shut import Shut
from dunning.windows.window import Window
from tests.dunning.examples import DUE, at, opened
from tests.dunning.life import Did, live
from tests.dunning.world import World

LEAD = timedelta(hours=12)
POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")


def notices(policy: str) -> Iterator[tuple[Did, NoticeOrder]]:
    """Of a life in which nobody pays, each as its case orders it."""
    start = opened(policy)
    for did in live(start, at(start, -15), [], World(charges=["declined"] * 5), at(start, 80)).did:
        order = order_for(did.before, did.step, did.decided) if did.step and did.result.kind == "delivered" else None
        if isinstance(order, NoticeOrder):
            yield did, order.model_copy(update={"snapshot": packed(did.before)})


def window(since: datetime, hours: float = 2) -> Window:
    return Window(id="w", since=since, until=since + timedelta(hours=hours), zone="America/New_York")


DAYS = st.floats(0, 100).map(lambda days: datetime(2026, 11, 10, tzinfo=UTC) + timedelta(days=days))
WINDOWS = st.lists(st.builds(window, DAYS, st.floats(0.5, 100)), max_size=4)


@pytest.mark.promise(12)
@pytest.mark.req("S0-16")
def test_the_warning_names_the_morning_after_the_window_and_so_it_comes() -> None:
    start = opened("a-small-orange")
    shut = Shut((window(at(start, 10) - timedelta(hours=1)),), LEAD)
    found = {did.step.name: (did, order) for did, order in notices(start.plan.policy) if did.step}
    did, planned = found["second-overdue"]
    order = as_it_will_be(planned, shut.until)
    assert order.announced
    (said,) = (each for each in order.announced.steps if each.step == "suspend")
    assert (did.before.today(said.at) - DUE).days == 11
    assert {each.step: each.at for each in order.road}["deactivate"] == at(start, 31)
    comes = {each.step: each.at for each in expected(did.before, did.decided, 60, shut)}
    assert said.at == comes["suspend"]


@pytest.mark.parametrize("policy", POLICIES)
@settings(deadline=None, max_examples=40)
@given(WINDOWS)
def test_no_window_lets_anything_come_earlier_than_it_was_named_before(policy: str, windows: list[Window]) -> None:
    shut = Shut(tuple(windows), LEAD)
    for _, order in notices(policy):
        planned = {each.step: each.at for each in order.road}
        later = {each.step: each.at for each in as_it_will_be(order, shut.until).road}
        assert later.keys() == planned.keys()
        assert all(later[step] >= planned[step] for step in planned)


@pytest.mark.parametrize("policy", POLICIES)
def test_with_no_window_it_is_the_order_itself_and_without_a_snapshot_the_plan_s_days(policy: str) -> None:
    found = list(notices(policy))
    assert len(found) > 4
    for _, order in found:
        assert as_it_will_be(order, nothing_waits) == order
        for snapshot in ("", "bm9uZQ=="):
            without = order.model_copy(update={"snapshot": snapshot})
            assert as_it_will_be(without, Shut((window(order.at, 100),), LEAD).until) == without
