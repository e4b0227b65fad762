"""A twelfth of `make year`, which plays two hundred of them."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.chaos.world import World
from tests.year.customers import HABITS, customers
from tests.year.play import play
from tests.year.world import calm_world

SEVENTEEN = customers(17, seed=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def a_world() -> AsyncGenerator[World]:
    async with calm_world() as built:
        yield built


def test_customers_of_every_habit_are_there() -> None:
    assert {each.habit for each in SEVENTEEN} == {*HABITS}


@pytest.mark.parametrize("third", range(3))
async def test_a_year_balances_and_each_renewal_and_each_charge_came_once(a_world: World, third: int) -> None:
    several = SEVENTEEN[third::3]
    year = await play(a_world, several, 12)
    assert year.wrong == []
    assert year.renewals >= 12 * sum(each.habit != "never" for each in several)
    assert year.charges
    assert third != 2 or year.put_off  # the window is around the second renewal of the third customer
    assert third != 0 or year.days_given  # and the outage after the third renewal of the fourth
