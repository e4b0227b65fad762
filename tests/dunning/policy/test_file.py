"""What a policy file says about money: `[charging]`, `[taken_back]`, `use_credit`; good values, and what is refused."""

from pathlib import Path

import pytest

from adapters.settings.policies import load_policy
from dunning.level import Level
from dunning.policy.file import Charging, Policy, TakenBackRule
from dunning.policy.plan import Plan, TakenBack
from dunning.policy.timeline import plan_for
from tests.dunning.examples import opened, policy
from tests.dunning.policy.test_check import GOOD, refusal


def with_lines(*lines: str) -> str:
    """The good policy with more lines before its milestones."""
    return GOOD.replace("\n[[milestones]]", "\n" + "\n".join(lines) + "\n\n[[milestones]]", 1)


def loaded(tmp_path: Path, *lines: str) -> Policy:
    (tmp_path / "mine.toml").write_text(with_lines(*lines))
    return load_policy("mine", tmp_path)


def plan(mine: Policy) -> Plan:
    return plan_for(mine, opened("a-small-orange").invoice)


def test_a_policy_that_says_nothing_waits_ten_days_uses_credit_and_tries_no_new_method(tmp_path: Path) -> None:
    mine = loaded(tmp_path)
    assert (mine.charging, mine.use_credit) == (Charging(new_method=False, most=None), True)
    assert mine.taken_back == TakenBackRule(grace=10, notice="Payment Taken Back", chargeback=None)
    compiled = plan(mine)
    assert (compiled.charges_new_method, compiled.most_attempts, compiled.uses_credit) == (False, None, True)
    assert compiled.taken_back == TakenBack(grace=10, notice="Payment Taken Back")


def test_what_a_policy_says_is_in_the_plan(tmp_path: Path) -> None:
    mine = loaded(
        tmp_path,
        "use_credit = false",
        "[charging]",
        "new_method = true",
        "most = 2",
        "[taken_back]",
        "grace = 0",
        'notice = ""',
        'chargeback = "locked"',
    )
    compiled = plan(mine)
    assert (compiled.charges_new_method, compiled.most_attempts, compiled.uses_credit) == (True, 2, False)
    assert compiled.taken_back == TakenBack(grace=0, notice="", chargeback=Level.LOCKED)


@pytest.mark.parametrize("level", ["warned", "locked", "suspended"])
def test_a_chargeback_may_warn_lock_or_suspend(tmp_path: Path, level: str) -> None:
    assert loaded(tmp_path, "[taken_back]", f'chargeback = "{level}"').taken_back.chargeback is Level(level)


@pytest.mark.parametrize("level", ["active", "inactive", "deleted"])
def test_a_chargeback_neither_frees_nor_ends_anything(tmp_path: Path, level: str) -> None:
    reason = f"'{level}' is not a level that a chargeback can bring; choose warned, locked or suspended"
    text = with_lines("[taken_back]", f'chargeback = "{level}"')
    assert refusal(tmp_path, text) == f"taken_back.chargeback: {reason}"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("[charging]", "most = 0"), "charging.most: must be at least 1"),
        (("[charging]", "most = 21"), "charging.most: must be at most 20"),
        (("[charging]", "most = -1"), "charging.most: "),
        (("[charging]", 'most = "two"'), "charging.most: "),
        (("[charging]", "new_card = true"), "charging.new_card: unknown key; is it a typing mistake?"),
        (("[charging]", 'new_method = "perhaps"'), "charging.new_method: "),
        (("[taken_back]", "grace = -1"), "taken_back.grace: must be at least 0"),
        (("[taken_back]", "grace = 91"), "taken_back.grace: must be at most 90"),
        (("[taken_back]", "grace = 1.5"), "taken_back.grace: "),
        (("[taken_back]", "days = 3"), "taken_back.days: unknown key; is it a typing mistake?"),
        (("[taken_back]", 'chargeback = "gone"'), "taken_back.chargeback: "),
        (('use_credit = "perhaps"',), "use_credit: "),
        (("use_credits = true",), "use_credits: unknown key; is it a typing mistake?"),
        (("charging = true",), "charging: "),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path: Path, lines: tuple[str, ...], words: str) -> None:
    assert words in refusal(tmp_path, with_lines(*lines))


@pytest.mark.parametrize("days", [0, 90])
def test_the_longest_and_the_shortest_grace(tmp_path: Path, days: int) -> None:
    assert loaded(tmp_path, "[taken_back]", f"grace = {days}").taken_back.grace == days


@pytest.mark.parametrize("most", [1, 20])
def test_the_most_and_the_fewest_attempts(tmp_path: Path, most: int) -> None:
    assert loaded(tmp_path, "[charging]", f"most = {most}").charging.most == most


@pytest.mark.req("S3-15", "S3-34")
def test_what_the_shipped_policies_say() -> None:
    said = {
        name: (policy(name).charging.new_method, policy(name).charging.most, policy(name).taken_back.chargeback)
        for name in ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")
    }
    assert said == {
        "a-small-orange": (True, 2, None),
        "courtesy-5-10-35": (True, 2, Level.SUSPENDED),
        "hotdoodle": (False, None, None),
        "whmcs-default": (True, None, None),
    }
    assert [policy(name).taken_back.grace for name in said] == [10, 10, 10, 5]
