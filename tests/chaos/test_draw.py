"""What is drawn: the same life from the same seed, everything that is known, and a hand for each of it."""

from datetime import UTC, datetime, timedelta

from adapters.settings.hours import HoursSettings
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT, Settings
from adapters.templates.announced import unannounced
from adapters.templates.renderer import renderer_from
from dunning.policy.check import findings
from tests.chaos import faults, people
from tests.chaos.draw import POLICIES, draw
from tests.chaos.drawn import ACTS, FAULTS
from tests.chaos.life import lines_of
from tests.chaos.offices import OFFICES, is_there
from tests.chaos.with_fees import NAMES, with_fees

LIVES = [draw(seed) for seed in range(400)]


def test_a_seed_draws_the_same_life_each_time() -> None:
    assert [draw(seed) for seed in range(50)] == LIVES[:50]
    assert len(set(LIVES)) > 390


def test_everything_that_is_known_is_drawn() -> None:
    assert {act.kind for life in LIVES for act in life.acts} == set(ACTS)
    assert {fault.kind for life in LIVES for fault in life.faults} == set(FAULTS)
    assert {invoice.policy for life in LIVES for invoice in life.invoices} == set(POLICIES)
    assert {invoice.moved_in for life in LIVES for invoice in life.invoices} == {True, False}


def test_whatever_is_drawn_can_be_done() -> None:
    assert set(people.BY_KIND) == set(ACTS)
    assert set(faults.BY_KIND) == set(FAULTS)


def test_a_policy_with_drawn_fees_is_one_that_may_be_used() -> None:
    drawn = sorted({(each.policy, each.fees) for life in LIVES for each in life.invoices if each.fees}, key=str)
    renderer = renderer_from(Settings())
    for name, fees in dict(sorted(drawn, key=lambda each: len(each[1]))).items():
        policy = with_fees(load_policy(name, ROOT / "policies"), fees)
        assert [rule.name for rule in policy.milestones if rule.fee] == list(NAMES)
        assert findings(policy) == []
        assert unannounced(policy, renderer) == []


def test_lives_have_outages_and_hours() -> None:
    """Else a run in which nothing is put off proves nothing."""
    kinds = [{act.kind for act in life.acts} for life in LIVES]
    assert sum(bool(each & {"outage written down", "outage seen"}) for each in kinds) > len(LIVES) / 4
    assert sum("outage struck out" in each for each in kinds) > len(LIVES) / 20
    assert {invoice.in_hours for life in LIVES for invoice in life.invoices} == {None, "billing", "support"}


def test_lives_have_subscriptions_of_both_companies_and_invoices_with_lines() -> None:
    drawn = [life.processor.company for life in LIVES if life.processor]
    assert min(drawn.count("stripe"), drawn.count("paypal")) > len(LIVES) / 10
    assert {invoice.lines for life in LIVES for invoice in life.invoices} == {0, 1, 2, 3}
    for life in LIVES:
        for invoice in life.invoices:
            assert sum(minor for _, minor in lines_of(invoice)) == (invoice.minor if invoice.lines else 0)


def test_lives_have_deletions_that_take_two_people_and_forged_reports() -> None:
    kinds = [{act.kind for act in life.acts} for life in LIVES]
    assert sum("bounce forged" in each for each in kinds) > len(LIVES) / 5
    assert sum({"approves in another spelling", "second approval"} <= each for each in kinds) > len(LIVES) / 10
    assert sum("approves and may not" in each for each in kinds) > len(LIVES) / 10
    assert sum(invoice.by_two for life in LIVES for invoice in life.invoices) > len(LIVES) / 4


def test_the_check_and_the_settings_mean_the_same_hours() -> None:
    began = datetime(2026, 11, 20, tzinfo=UTC)
    every = [began + timedelta(minutes=45 * n) for n in range(32 * 180)]  # Thanksgiving, Christmas, changes of clocks
    for name, office in OFFICES.items():
        its = HoursSettings.model_validate(office.settings).hours(began.date())
        wrong = [at for at in every if its.open_at(at) != is_there(name, at)]
        assert wrong == []
