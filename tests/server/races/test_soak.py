"""The soak in small; `make soak` runs it with a thousand charges."""

import pytest

from bench.soak import QUICK, soak
from sandbox.stage.stage import stage


@pytest.mark.promise(1)
@pytest.mark.promise(9)
async def test_nobody_is_charged_twice_and_no_cent_is_lost_when_the_worker_dies_and_answers_are_lost() -> None:
    async with stage(settings=QUICK) as made:
        done = await soak(made, 25, lost=0.2, pause=1.0, seed=7)
    assert done.right, done
    assert done.succeeded == done.cases
    assert done.kills
    assert done.lost_answers
