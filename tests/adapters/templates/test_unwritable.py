"""A policy with a notice that cannot be written is refused, whatever the notice is about, in whichever language."""

import shutil
from pathlib import Path

import pytest

from adapters.settings.policies import PolicyFolder, load_policy, policy_names
from adapters.settings.settings import ROOT, Settings
from adapters.templates.announced import texts_of
from adapters.templates.files import slug
from adapters.templates.names import NAMES
from adapters.templates.renderer import TemplateRenderer
from adapters.templates.unwritable import titles_of, unwritable
from dunning.forecast.sample_notices import ACCOUNT, sample_notices
from dunning.policy.check import PolicyError
from dunning.policy.file import Policy
from dunning.policy.finding import Finding
from dunning.records.accounts import Account
from tests.notices.written import DUE

POLICIES = ROOT / "policies"


@pytest.fixture
def notices(tmp_path: Path) -> Path:
    """Our notices, to be spoilt."""
    return Path(shutil.copytree(ROOT / "notices", tmp_path / "notices"))


def renderer(notices: Path) -> TemplateRenderer:
    return TemplateRenderer(notices, "Example Hosting", "https://portal.example/pay")


def found(notices: Path, policy: str = "courtesy-5-10-35") -> list[Finding]:
    return unwritable(load_policy(policy, POLICIES), renderer(notices))


@pytest.mark.parametrize("name", policy_names(POLICIES))
def test_every_notice_of_each_shipped_policy_can_be_written(name: str, notices: Path) -> None:
    assert found(notices, name) == []


@pytest.mark.parametrize("language", ["", "de/"])
@pytest.mark.parametrize("policy", policy_names(POLICIES))
def test_each_notice_that_a_policy_names_is_found_when_it_is_broken(notices: Path, policy: str, language: str) -> None:
    """Those that announce nothing too, such as a receipt; also where only a branch that no sample takes is broken."""
    files: dict[tuple[str, str], str] = {}
    for title, key in titles_of(load_policy(policy, POLICIES)).items():
        ways = [f"{folder}/{language}{slug(title)}.txt" for folder in (policy, "common")]
        files[key, title] = file = next(way for way in ways if (notices / way).exists())
        text = (notices / file).read_text("utf-8")
        (notices / file).write_text(text + '{% if invoice == "never" %}{{ nobody }}{% endif %}', "utf-8")
    assert {(each.key, each.reason) for each in found(notices, policy)} >= {
        (key, f"the notice {title!r} ({file}) cannot be written: 'nobody' is undefined")
        for (key, title), file in files.items()
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ('{% include "common/nobody.txt" %}', "common/nobody.txt: there is no file common/nobody.txt"),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ balance | nobody }}", "No filter named 'nobody'."),
        ("{{ balance / 2 }}", "unsupported operand type(s) for /: 'str' and 'int'"),
    ],
)
def test_what_is_wrong_is_told_with_title_and_file(notices: Path, text: str, why: str) -> None:
    (notices / "common" / "payment_taken_back.txt").write_text(text)
    file = "common/payment_taken_back.txt"
    reason = f"the notice 'Payment Taken Back' ({file}) cannot be written: {why}"
    assert found(notices) == [Finding("taken_back.notice", reason)]


def test_what_is_no_text_is_told(notices: Path) -> None:
    (notices / "common" / "payment_taken_back.txt").write_bytes(b"\xff")
    assert [(each.key, "utf-8" in each.reason) for each in found(notices)] == [("taken_back.notice", True)]


@pytest.mark.parametrize("name", ["next_step.txt", "de/next_step.txt", "layout.txt", "layout.html", "digest.html"])
def test_words_around_every_notice_are_read_as_well(notices: Path, name: str) -> None:
    file = notices / "common" / name
    file.write_text(file.read_text("utf-8") + "{{ nobody }}", "utf-8")
    reason = f"common/{name} cannot be written: 'nobody' is undefined"
    assert set(found(notices)) == {Finding("notices", reason)}


def test_words_that_are_no_toml_are_told_with_their_file(notices: Path) -> None:
    file = notices / "common" / "de" / "words.toml"
    file.write_text("on = ", "utf-8")
    assert [each.key for each in found(notices)] == ["notices"]
    assert found(notices)[0].reason.startswith(f"{file} cannot be read: Invalid value")


def test_a_language_that_is_not_whole_is_written_to_nobody_and_refused_nowhere(notices: Path) -> None:
    (notices / "common" / "de" / "pages.toml").unlink()
    (notices / "common" / "de" / "payment_taken_back.txt").write_text("{{ nobody }}")
    assert found(notices) == []


def test_check_refuses_the_policy(notices: Path) -> None:
    (notices / "common" / "payment_taken_back.txt").write_text("{{ nobody }}")
    folder = PolicyFolder(POLICIES, texts_of(Settings(notices=notices)))
    reason = r"taken_back\.notice: the notice 'Payment Taken Back' \(common/payment_taken_back\.txt\) cannot be written"
    with pytest.raises(PolicyError, match=reason):
        folder.load("hotdoodle")


def test_the_names_are_those_that_there_are(notices: Path) -> None:
    """`amount` and `happened_on` are there only sometimes; every other in each notice."""
    policy: Policy = load_policy("courtesy-5-10-35", POLICIES)
    for each in sample_notices(policy, DUE):
        facts = renderer(notices).facts(each.order, Account(id=ACCOUNT, name="Ada"))
        assert facts.keys() <= NAMES
        assert NAMES - facts.keys() <= {"amount", "happened_on"}
