"""What may be asked of policies before any invoice has one."""

from datetime import date
from pathlib import Path

import pytest

from adapters.settings.policies import PolicyFolder
from adapters.settings.settings import ROOT, Settings
from adapters.templates.announced import texts_of
from dunning.money import Money
from dunning.policy.check import PolicyError
from dunning.policy.plan import Invoice
from dunning.policy.timeline import timeline
from operations.errors import RefusedError
from operations.policies.plans import PlanOf, Policies

DUE = date(2026, 12, 1)
INVOICE = Invoice(number="plan", account="plan", amount=Money.zero("USD"), due=DUE)
TEXTS = texts_of(Settings())
OURS = Policies(PolicyFolder(ROOT / "policies", TEXTS))


def test_all_are_read_those_that_may_not_be_used_with_their_findings(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("title = 3")
    (tmp_path / "good.toml").write_bytes((ROOT / "policies/hotdoodle.toml").read_bytes())
    policies = Policies(PolicyFolder(tmp_path, TEXTS))
    bad, good = policies.every()
    assert (bad.name, good.name) == ("bad", "good")
    assert isinstance(bad.found, PolicyError)
    assert "title" in {finding.key for finding in bad.found.findings}
    assert good.found == policies.usable("good")
    with pytest.raises(RefusedError, match=r"bad\.toml: title: "):
        policies.usable("bad")


def test_a_plan_is_the_policys_timeline_in_the_zone_that_is_asked_for() -> None:
    dated = OURS.plan(PlanOf("hotdoodle", DUE))
    assert dated.zone == dated.policy.zone
    there = OURS.plan(PlanOf("hotdoodle", DUE, "Asia/Tokyo"))
    assert there.milestones == timeline(dated.policy, INVOICE, "Asia/Tokyo")
    assert [each.day for each in there.milestones] == [each.day for each in dated.milestones]
    assert there.milestones[0].at != dated.milestones[0].at


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        (PlanOf("nope", DUE), "", "there is no such file"),
        (PlanOf("hotdoodle", DUE, "Mars"), "zone", "'Mars' is not a time zone"),
        (PlanOf("hotdoodle", date.max), "due", "too near the end of the calendar"),
    ],
)
def test_a_plan_that_there_is_not_is_refused(asked: PlanOf, field: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        OURS.plan(asked)
    assert (refused.value.field, reason in refused.value.reason) == (field, True)
