"""`plan`, `policies` and `check`: what a policy will do, before it does it."""

import itertools
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from adapters.store import SqlStore
from tests.cli.command import ROOT, Operate, lines, row, starter
from tests.dunning.policy.test_check import GOOD

POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.req("S2-01", "S2-26", "S2-14")
async def test_the_timeline_of_a_small_orange():
    said = await starter("plan", "--policy", "a-small-orange", "--due", "2026-12-01", "--json")
    assert (said.status, said.err) == (0, "")
    assert [tuple(step[key] for key in ("at", "day", "action", "notice", "approval")) for step in said.json] == [
        ("2026-11-21T09:00:00-05:00", -10, "issue", "Customer Invoice", False),
        ("2026-12-01T09:00:00-05:00", 0, "charge", None, False),
        ("2026-12-06T09:00:00-05:00", 5, "notify", "First Invoice Overdue Notice", False),
        ("2026-12-10T09:00:00-05:00", 9, "notify", "Second Invoice Overdue Notice", False),
        ("2026-12-11T09:00:00-05:00", 10, "suspend", "Service Suspension Notification", False),
        ("2026-12-31T09:00:00-05:00", 30, "deactivate", "Account Inactive", False),
        ("2027-02-22T09:00:00-05:00", 83, "notify", "Your Services Will Be Deleted", False),
        ("2027-03-01T09:00:00-05:00", 90, "delete", None, True),
    ]
    charge = said.json[1]
    assert (charge["name"], charge["notice_failed"]) == ("charge", "Credit Card Payment failed")
    announced = {step["name"]: step["warns_of"] for step in said.json if step["warns_of"]}
    assert announced == {
        "first-overdue": ["suspend"],
        "second-overdue": ["suspend"],
        "suspend": ["deactivate"],
        "last-warning": ["delete"],
    }


async def test_times_are_local_in_the_zone_also_across_its_clock_change(offline: Operate):
    said = await offline(
        "plan", "--policy", "a-small-orange", "--due", "2027-03-20", "--zone", "Europe/Berlin", "--json"
    )
    assert [step["at"] for step in said.json][:5] == [
        "2027-03-10T09:00:00+01:00",
        "2027-03-20T09:00:00+01:00",
        "2027-03-25T09:00:00+01:00",
        "2027-03-29T09:00:00+02:00",
        "2027-03-30T09:00:00+02:00",
    ]


async def test_the_table_names_every_step(offline: Operate):
    said = await offline("plan", "--policy", "courtesy-5-10-35", "--due", "2026-12-01")
    assert said.status == 0
    for word in ("Courtesy Invoice", "late_fee USD 35.00", "if it fails: Payment Failed", "1 approval(s)", "+35"):
        assert word in said.out


@pytest.mark.req("S2-29")
@pytest.mark.parametrize("policy", POLICIES)
async def test_the_picture_shows_every_step_and_no_label_covers_another(offline: Operate, policy: str, tmp_path: Path):
    file = tmp_path / "timeline.svg"
    said = await offline("plan", "--policy", policy, "--due", "2026-12-01", "--svg", str(file), "--json")
    assert said.status == 0
    picture = ET.fromstring(file.read_text())
    labels = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    for step in said.json:
        assert any(label.startswith(step["name"].replace("-", " ") + " ·") for label in labels)
        assert not step["notice"] or any(step["notice"] in label for label in labels)
    assert "due" in labels
    assert_nothing_overlaps(picture)


async def test_many_steps_on_one_day_stay_readable_in_the_picture(offline: Operate, tmp_path: Path):
    text = (ROOT / "policies/a-small-orange.toml").read_text()
    step = '[[milestones]]\nname = "again-{}"\naction = "notify"\noffset = 9\nnotice = "A <long> & strange title"\n'
    head, tail = text.split('[[milestones]]\nname = "suspend"')
    policy, file = tmp_path / "many.toml", tmp_path / "many.svg"
    policy.write_text(head + "".join(map(step.format, range(8))) + '[[milestones]]\nname = "suspend"' + tail)
    said = await offline("plan", "--policy", str(policy), "--due", "2026-12-01", "--svg", str(file))
    assert (said.status, said.err) == (0, "")
    assert_nothing_overlaps(ET.fromstring(file.read_text()))


def assert_nothing_overlaps(picture: ET.Element) -> None:
    boxes = [box(text) for text in picture.iter(f"{SVG}text")]
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1], (one, other)
    for left, top, right, bottom, label in boxes:
        assert left >= 0, label
        assert top >= 0, label
        assert right <= float(picture.attrib["width"]), label
        assert bottom <= float(picture.attrib["height"]), label


def box(text: ET.Element) -> tuple[float, float, float, float, str]:
    """Measure with the width of an average notice of DejaVu Sans, the widest of the fonts that are asked for."""
    label, size = "".join(text.itertext()), float(text.attrib["font-size"])
    x, y, width = float(text.attrib["x"]), float(text.attrib["y"]), len(label) * size * 0.58
    left = {"middle": x - width / 2, "end": x - width}.get(text.attrib.get("text-anchor", ""), x)
    return left, y - size, left + width, y + 0.25 * size, label


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--policy", "nope", "--due", "2026-12-01"), "nope.toml: policy: there is no such file; policies in"),
        (("--policy", "hotdoodle", "--due", "soon"), "--due: 'soon' is not a date; write it like 2026-12-01"),
        (("--policy", "hotdoodle", "--due", "2026-02-30"), "'2026-02-30' is not a date"),
        (("--policy", "hotdoodle", "--due", "9999-12-31"), "9999-12-31 is too near the end of the calendar"),
        (("--policy", "hotdoodle", "--due", "0001-01-01", "--zone", "Asia/Tokyo"), "too near the end of the calendar"),
        (("--policy", "hotdoodle", "--due", "2026-12-01", "--zone", "Mars"), "--zone: 'Mars' is not a time zone"),
        (("--policy", "hotdoodle", "--due", "2026-12-01", "--svg", "/no/x.svg"), "--svg: /no/x.svg cannot be written"),
        (("--policy", "hotdoodle"), "plan: --due is missing"),
        (("--policy", "hotdoodle", "--due", "2026-12-01", "--colour"), "--colour"),
    ],
)  # fmt: skip
async def test_bad_input_is_told_in_plain_lines(offline: Operate, words: tuple[str, ...], text: str):
    said = await offline("plan", *words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) <= 2


async def test_a_broken_policy_is_refused_with_file_key_and_reason(offline: Operate, tmp_path: Path):
    broken = tmp_path / "broken.toml"
    broken.write_text((ROOT / "policies/a-small-orange.toml").read_text().replace("offset = 9 ", "offset = 4\nof = 3"))
    for words in (("plan", "--policy", str(broken), "--due", "2026-12-01"), ("check", str(broken))):
        said = await offline(*words)
        assert (said.status, said.out) == (2, "")
        assert f"{broken}: milestones[3].of: unknown key; is it a typing mistake?" in said.err
    told: dict[str, Any] = (await offline("check", str(broken), "--json")).json
    assert (told["valid"], told["findings"][0]["key"]) == (False, "milestones[3].of")


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our notices, to be spoilt."""
    copied = Path(shutil.copytree(ROOT / "notices", tmp_path / "notices"))
    monkeypatch.setenv("REPRIEVE_NOTICES", str(copied))
    return copied


@pytest.mark.parametrize(
    ("file", "text", "lack"),
    [
        ("first_invoice_overdue_notice.txt", "Please pay.", "Thursday, February 10, 2028, suspended or suspension"),
        ("first_invoice_overdue_notice.txt", "Suspended soon, {{ name }}.", "Thursday, February 10, 2028"),
        ("de/first_invoice_overdue_notice.txt", "Am 10. Februar gesperrt.", "Donnerstag, 10. Februar 2028"),
    ],
)
async def test_a_notice_that_does_not_say_what_it_warns_of_refuses_its_policy(
    offline: Operate, notices: Path, file: str, text: str, lack: str
):
    assert (await offline("check", "a-small-orange")).status == 0
    (notices / "common" / file).write_text(text, "utf-8")
    reason = (
        f"the notice 'First Invoice Overdue Notice' (common/{file}) does not announce 'suspend': its words lack {lack}"
    )
    for words in (("check", "a-small-orange"), ("plan", "--policy", "a-small-orange", "--due", "2026-12-01")):
        said = await offline(*words)
        assert (said.status, said.out) == (2, "")
        assert f"a-small-orange.toml: milestones[2].warns_of: {reason}; {{{{ warning }}}} writes the whole" in said.err
    listed = await offline("policies")
    assert (listed.status, reason in listed.err) == (2, True)
    told: dict[str, Any] = (await offline("check", "a-small-orange", "--json")).json
    assert (told["valid"], [each["key"] for each in told["findings"]]) == (False, ["milestones[2].warns_of"])


async def test_a_notice_without_the_fee_that_it_warns_of_refuses_its_policy(offline: Operate, notices: Path):
    (notices / "hotdoodle" / "website_locked.txt").write_text("Suspended on Saturday, March 11, 2028.", "utf-8")
    said = await offline("check", "hotdoodle")
    assert (said.status, said.out) == (2, "")
    assert "milestones[3].warns_of: the notice 'Website Locked' (hotdoodle/website_locked.txt)" in said.err
    assert "its words lack $75.00;" in said.err


async def test_what_is_no_template_is_told_in_a_line(offline: Operate, notices: Path):
    (notices / "common" / "first_invoice_overdue_notice.txt").write_text("{{ warnning }}", "utf-8")
    said = await offline("check", "a-small-orange")
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert said.err.endswith("cannot be written: 'warnning' is undefined\n")


async def test_policies_are_listed_with_their_titles(offline: Operate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = await offline("policies", "--json")
    assert [(each["name"], each["valid"]) for each in said.json] == [(name, True) for name in POLICIES]
    assert (await offline("check", "hotdoodle")).out.startswith("hotdoodle: valid: HotDoodle")
    monkeypatch.setenv("REPRIEVE_POLICIES", str(tmp_path))
    (tmp_path / "bad.toml").write_text("title = 3")
    said = await offline("policies")
    assert said.status == 2
    assert "bad" in said.out
    assert "bad.toml: title: must be text in quotes" in said.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("pla",), 'Unknown command "pla"'),
        (("check", "hotdoodle", "x"), "check: too many words: x"),
        (("start",), "start: FILE is missing"),
        (("hold", "someone"), "hold: --kind is missing"),
    ],
)
async def test_an_unknown_word_is_named(offline: Operate, words: tuple[str, ...], text: str):
    said = await offline(*words)
    assert said.status == 2
    assert text in said.err
    assert "--help`." in said.err
    assert len(said.err.splitlines()) == 2


async def test_wrong_settings_are_named(offline: Operate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("REPRIEVE_HEALTH_PORT", "x")
    said = await offline("policies")
    assert said.status == 2
    assert "setting REPRIEVE_HEALTH_PORT: " in said.err
    monkeypatch.delenv("REPRIEVE_HEALTH_PORT")
    (tmp_path / "reprieve.toml").write_text("= 3")
    monkeypatch.setenv("REPRIEVE_CONFIG", str(tmp_path / "reprieve.toml"))
    assert "is not TOML" in (await offline("policies")).err


@pytest.mark.req("S0-18")
async def test_a_policy_without_grace_opens_no_invoice_unless_the_operator_confirms_it(
    offline: Operate, store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    policies = tmp_path / "policies"
    policies.mkdir()
    monkeypatch.setenv("REPRIEVE_POLICIES", str(policies))
    at_once = GOOD.replace("offset = 5", "offset = 0").replace('offset = "P10D"', "offset = 0")
    (policies / "hard.toml").write_text(at_once)
    words = "'suspend' on day 0 leaves no grace period; write confirm_no_grace = true if that is what you want"
    asked = lines(row("HARD-1", policy="hard"))
    for command, given in ((("check", "hard"), ""), (("start", "-", "--dry-run"), asked)):
        said = await offline(*command, stdin=given)
        assert (said.status, words in said.err) == (2, True), said
    (policies / "hard.toml").write_text(f"confirm_no_grace = true\n{at_once}")
    for command, given in ((("check", "hard"), ""), (("start", "-", "--dry-run"), asked)):
        said = await offline(*command, stdin=given)
        assert (said.status, said.err) == (0, ""), said
    assert await store.invoice("HARD-1") is None
