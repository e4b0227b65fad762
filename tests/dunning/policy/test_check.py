"""Policies that are refused: with file, key and reason, and nothing started."""

from pathlib import Path

import pytest

from adapters.settings.policies import load_policy, policy_names
from dunning.policy.check import PolicyError, findings
from dunning.policy.plan import Action
from tests.dunning.examples import FOLDER, policy

GOOD = """
title = "Good"
currency = "USD"
zone = "America/New_York"
hour = 09:00:00

[[milestones]]
action = "issue"
offset = -10
notice = "Customer Invoice"

[[milestones]]
action = "notify"
offset = 5
notice = "First Invoice Overdue Notice"
warns_of = ["suspend"]

[[milestones]]
action = "suspend"
offset = "P10D"
"""


def refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(PolicyError) as error:
        load_policy(str(file), FOLDER)
    lines = str(error.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    return "\n".join(line.removeprefix(f"{file}: ") for line in lines)


def test_the_good_one_loads_and_is_named_after_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    mine = load_policy("mine", tmp_path)
    assert (mine.name, [m.name for m in mine.milestones]) == ("mine", ["issue", "notify", "suspend"])
    assert len(mine.version) == 12


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('title = "Good"', 'title = "Good"\ngrace = 3'), "grace: unknown key"),
        (('notice = "Customer Invoice"', 'notise = "x"'), "milestones[0].notise: unknown key"),
        (("offset = -10", "offset = 6"), "milestones[1].offset: out of order: 'notify' would come before 'issue'"),
        (('offset = "P10D"', "offset = 4"), "milestones[2].offset: out of order"),
        (
            ('warns_of = ["suspend"]\n', ""),
            "milestones[2]: 'suspend' is a consequence without a warning before it: a milestone on or after the due",
        ),
        (("offset = 5", "offset = -5"), "milestones[2]: 'suspend' is a consequence without a warning before it"),
        (('offset = "P10D"', "offset = 5"), "milestones[2]: 'suspend' is a consequence without a warning before it"),
        (('"P10D"', "99999999999"), "milestones[2].offset: 99999999999 is more than ten years from where it counts"),
        (('"P10D"', "3000000"), "milestones[2].offset: 3000000 is more than ten years from where it counts"),
        (("= -10", "= -3721"), "milestones[0].offset: -3721 is more than ten years from where it counts"),
        (('"P10D"', '"P9999Y"'), "milestones[2].offset: 'P9999Y' is more than ten years from where it counts"),
        (('"P10D"', '"PT99999999999H"'), "milestones[2].offset: 'PT99999999999H' is more than ten years"),
        (('"P10D"', '"ten"'), "milestones[2].offset: 'ten' is neither a number of days nor an ISO 8601"),
        (("America/New_York", "Mars/Base"), "zone: 'Mars/Base' is not a time zone"),
        (('currency = "USD"', 'currency = "usd"'), "currency: "),
        (("hour = 09:00:00", 'hour = "late"'), "hour: "),
        (('action = "suspend"', 'action = "close"'), "milestones[2].action: 'close' is not a milestone; choose one of"),
        (('action = "suspend"', 'action = "explode"'), "milestones[2].action: "),
        (('action = "suspend"', 'action = "notify"\nname = "again"'), "milestones[2].notice: a notify milestone needs"),
        (
            ('action = "suspend"', 'action = "suspend"\nname = "notify"'),
            "milestones[2].name: 'notify' is already taken",
        ),
        (('action = "suspend"', 'action = "suspend"\nname = "due"'), "milestones[2].name: 'due' is already taken"),
        (
            ('action = "suspend"', 'action = "suspend"\nname = "refund"'),
            "milestones[2].name: 'refund' is what a step beside the plan is called",
        ),
        (('action = "suspend"', 'action = "suspend"\nafter = "later"'), "milestones[2].after: 'later' is none of: due"),
        (('action = "suspend"', 'action = "suspend"\nfee = "USD 5"'), "milestones[2].fee: a late_fee needs a fee"),
        (('action = "suspend"', 'action = "late_fee"'), "milestones[2].fee: a late_fee needs a fee"),
        (
            ('action = "suspend"', 'action = "late_fee"\nfee = "EUR 5"'),
            "milestones[2].fee: EUR 5.00 must be a positive",
        ),
        (
            ('action = "suspend"', 'action = "late_fee"\nfee = "USD 0"'),
            "milestones[2].fee: USD 0.00 must be a positive",
        ),
        (('action = "suspend"', 'action = "late_fee"\nfee = "much"'), "milestones[2].fee: 'much' is not an amount"),
        (
            ('action = "suspend"', 'action = "suspend"\nnotice_failed = "x"'),
            "milestones[2].notice_failed: only a charge",
        ),
        (('action = "suspend"', 'action = "charge"\nnotice = "x"'), "milestones[2].notice: a charge has notice_failed"),
        (
            ('action = "suspend"', 'action = "delete"\nname = "suspend"'),
            "milestones[2]: 'suspend' needs a suspension at least a day",
        ),
        (('["suspend"]', '["delete"]'), "milestones[1].warns_of: 'delete' is no later milestone; name the steps"),
        (('["suspend"]', '["issue"]'), "milestones[1].warns_of: 'issue' is no later milestone"),
        (('["suspend"]', '["notify"]'), "milestones[1].warns_of: 'notify' is no later milestone"),
        (('action = "suspend"', 'action = "warn_admins"\nname = "suspend"'), "milestones[1].warns_of: 'suspend' is no"),
        (
            ('action = "notify"\noffset = 5\nnotice', 'action = "charge"\nname = "notify"\noffset = 5\nnotice_failed'),
            "milestones[1].warns_of: 'notify' warns of something: give it notice_failed and notice_no_method",
        ),
        (
            ('notice = "Customer Invoice"', 'warns_of = ["suspend"]'),
            "milestones[0].warns_of: 'issue' warns of something but writes no notice",
        ),
        (('action = "suspend"', 'action = "suspend"\napprovals = -1'), "milestones[2].approvals: "),
        (
            (GOOD, GOOD + '[[milestones]]\naction = "lock"\noffset = 12\n'),
            "milestones[3].action: 'lock' does not go beyond",
        ),
        (
            (GOOD, GOOD + '[[milestones]]\naction = "delete"\noffset = 10\n'),
            "milestones[3]: 'delete' needs a suspension",
        ),
        ((GOOD, GOOD + "[[milestones]\n"), "TOML: "),
        ((GOOD, 'title = "x"'), "currency: is missing"),
    ],
)
@pytest.mark.req("S4-14")
def test_what_is_wrong_is_named_with_its_key(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    assert change[0] in GOOD
    assert words in refusal(tmp_path, GOOD.replace(*change, 1))


@pytest.mark.req("S0-18")
def test_no_grace_needs_a_confirmation(tmp_path: Path) -> None:
    at_once = GOOD.replace("offset = 5", "offset = 0").replace('offset = "P10D"', "offset = 0")
    text = refusal(tmp_path, at_once)
    assert "milestones[2].offset: 'suspend' on day 0 leaves no grace period" in text
    assert "confirm_no_grace = true" in text
    (tmp_path / "mine.toml").write_text("confirm_no_grace = true\n" + at_once)
    assert load_policy("mine", tmp_path).confirm_no_grace


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("offset = 5", "offset = 28").replace('"P10D"', '"P1M"'), "'suspend' is a consequence without"),
        (
            GOOD.replace('"P10D"', "28").replace('["suspend"]', '["suspend", "delete"]')
            + '[[milestones]]\naction = "delete"\noffset = "P1M"\n',
            "'delete' needs a suspension at least a day before it",
        ),
    ],
)
def test_what_fits_a_long_month_must_fit_february_too(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_all_findings_are_told_at_once(tmp_path: Path) -> None:
    text = refusal(tmp_path, GOOD.replace("offset = -10", "ofset = -10").replace('"USD"', '"usd"'))
    assert len(text.splitlines()) == 3


def test_a_policy_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(PolicyError, match=r"there is no such file; policies in .*: a-small-orange, courtesy"):
        load_policy("a-large-orange", FOLDER)


def test_a_milestone_may_count_from_another(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('offset = "P10D"', 'offset = 5\nafter = "notify"'))
    assert load_policy("mine", tmp_path).milestones[2].after == "notify"


@pytest.mark.parametrize("name", policy_names(FOLDER))
def test_shipped_policies_are_sound_and_name_their_sources(name: str) -> None:
    assert findings(policy(name)) == []
    source = (FOLDER / f"{name}.toml").read_text()
    for line in source.splitlines():
        if line.startswith(_NEED_A_SOURCE):
            assert "#" in line, f"{name}: no source for {line}"


_NEED_A_SOURCE = (
    *("offset", "approvals", "fee", "rule", "zone", "hour", "currency", "voids", "excess"),
    *("new_method", "most", "grace", "chargeback", "use_credit"),
)


@pytest.mark.req("S3-15", "S3-12")
def test_courtesy_charges_twice_and_never_a_third_time() -> None:
    charges = [m for m in policy("courtesy-5-10-35").milestones if m.action is Action.CHARGE]
    assert [m.offset for m in charges] == [0, 5]


def test_a_policy_has_a_hundred_milestones_at_most(tmp_path: Path) -> None:
    """More are a slip, take minutes to check, and lead past the end of the calendar when each counts from the last."""
    more = "".join(f'[[milestones]]\naction = "notify"\nname = "n{n}"\noffset = 40\nnotice = "X"\n' for n in range(98))
    assert "milestones: may have 100 at most; here: 101" in refusal(tmp_path, GOOD + more)
