"""What a case costs in history events. They are exact, so this is no timed test; `make bench` prints more."""

from datetime import UTC, datetime

import pytest

from bench.cost.lives import POLICIES, never_paid, paid_on_its_due_date, zone_where_it_is
from dunning.calendar import local
from sandbox.stage.stage import Stage

LIFE_LIMIT = 36
MILESTONE_LIMIT = 12


async def test_an_invoice_paid_by_its_automatic_charge_costs_at_most_36_events(a_stage: Stage):
    life = await paid_on_its_due_date(a_stage, "COST-ISSUED", days_before_due=10)
    assert life.events <= LIFE_LIMIT
    assert (life.timers, life.activities) == (1, 4)


async def test_opened_a_day_earlier_it_costs_one_timer_more(a_stage: Stage):
    life = await paid_on_its_due_date(a_stage, "COST-EARLY", days_before_due=11)
    assert life.timers == 2
    assert life.events <= LIFE_LIMIT + MILESTONE_LIMIT


@pytest.mark.parametrize("policy", POLICIES)
async def test_each_milestone_with_one_effect_costs_at_most_12_events(a_stage: Stage, policy: str):
    days = await never_paid(a_stage, f"COST-{policy}", policy)
    assert [day for day in days if day.effects == 1]
    for day in days:
        assert day.cost.events <= MILESTONE_LIMIT * max(1, day.effects), day


@pytest.mark.parametrize("hour", range(24))
def test_somewhere_it_is_nine_o_clock(hour: int):
    now = datetime(2026, 12, 1, hour, 30, tzinfo=UTC)
    assert local(now, zone_where_it_is(9, now)).hour == 9
