"""What is drawn: the same life from the same seed, everything that is known, and a hand for each of it."""

from tests.chaos import faults, people
from tests.chaos.draw import ACTS, FAULTS, POLICIES, draw

LIVES = [draw(seed) for seed in range(400)]


def test_a_seed_draws_the_same_life_each_time() -> None:
    assert [draw(seed) for seed in range(50)] == LIVES[:50]
    assert len(set(LIVES)) > 390


def test_everything_that_is_known_is_drawn() -> None:
    assert {act.kind for life in LIVES for act in life.acts} == set(ACTS)
    assert {fault.kind for life in LIVES for fault in life.faults} == set(FAULTS)
    assert {invoice.policy for life in LIVES for invoice in life.invoices} == set(POLICIES)


def test_whatever_is_drawn_can_be_done() -> None:
    assert set(people.BY_KIND) == set(ACTS)
    assert set(faults.BY_KIND) == set(FAULTS)
