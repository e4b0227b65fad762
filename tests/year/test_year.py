"""A twenty-fifth of `make year`, which plays two hundred: every habit, policy and zone is there."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.chaos.world import World
from tests.year.customers import HABITS, POLICIES, ZONES, customers
from tests.year.play import play
from tests.year.world import calm_world

EIGHT = customers(8, seed=27)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def a_world() -> AsyncGenerator[World]:
    async with calm_world() as built:
        yield built


def test_customers_of_every_habit_policy_and_zone_are_there() -> None:
    assert {each.habit for each in EIGHT} == {*HABITS}
    assert {each.life.zone for each in EIGHT} == {*ZONES}
    assert {each.life.renews.policy for each in EIGHT if each.life.renews and each.habit != "by card"} == {*POLICIES}


@pytest.mark.parametrize("half", range(2))
async def test_a_year_balances_and_each_renewal_and_each_charge_came_once(a_world: World, half: int) -> None:
    several = EIGHT[half::2]
    year = await play(a_world, several, 12)
    assert year.wrong == []
    assert year.renewals >= 12 * sum(each.habit != "never" for each in several)
    assert year.charges
    assert half != 0 or year.put_off  # the window is around the second renewal of the third customer
    assert half != 1 or year.days_given  # and the outage after the third renewal of the fourth
