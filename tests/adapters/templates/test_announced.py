"""A policy whose notices do not say what they warn of is refused: with the milestone, the file and what it lacks."""

import shutil
from pathlib import Path

import pytest

from adapters.settings.policies import PolicyFolder, load_policy, policy_names
from adapters.settings.settings import ROOT, Settings
from adapters.templates.announced import texts_of, unannounced
from adapters.templates.renderer import TemplateRenderer
from dunning.policy.check import PolicyError
from dunning.policy.file import Policy
from dunning.policy.finding import Finding

POLICIES = ROOT / "policies"
FIRST, GERMAN = "first_invoice_overdue_notice.txt", "de/first_invoice_overdue_notice.txt"
DAY, TAG = "Thursday, February 10, 2028", "Donnerstag, 10. Februar 2028"
"""Day +10 of the invoice that the check uses, which is due on 2028-01-31."""


@pytest.fixture
def notices(tmp_path: Path) -> Path:
    """Our notices, to be spoilt."""
    return Path(shutil.copytree(ROOT / "notices", tmp_path / "notices"))


def found(notices: Path, policy: Policy | None = None) -> list[Finding]:
    renderer = TemplateRenderer(notices, "Example Hosting", "https://portal.example/pay")
    return unannounced(policy or load_policy("a-small-orange", POLICIES), renderer)


def spoilt(notices: Path, text: str, file: str = FIRST) -> list[Finding]:
    (notices / "common" / file).write_text(text, "utf-8")
    return found(notices)


def lacking(file: str, words: str, title: str = "First Invoice Overdue Notice", step: str = "suspend") -> str:
    return (
        f"the notice {title!r} ({file}) does not announce {step!r}: its words lack {words}; "
        "{{ warning }} writes the whole sentence"
    )


@pytest.mark.parametrize("name", policy_names(POLICIES))
def test_the_notices_of_each_shipped_policy_say_what_they_warn_of(name: str, notices: Path) -> None:
    assert found(notices, load_policy(name, POLICIES)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please pay.", f"{DAY}, suspended or suspension"),
        (f"Please pay before {DAY}.", "suspended or suspension"),
        ("Your services will be suspended.", DAY),
        ("Your services will be suspended on the tenth day after {{ due }}.", DAY),
    ],
)
def test_words_without_the_step_or_its_day_are_refused_with_milestone_and_file(
    notices: Path, text: str, words: str
) -> None:
    assert spoilt(notices, text) == [Finding("milestones[2].warns_of", lacking(f"common/{FIRST}", words))]


@pytest.mark.parametrize(
    "text", ["{{ warning }}", "{{ what_is_next }}", f"SUSPENSION on {DAY}!", f"Subject: Suspended\n\nOn {DAY}."]
)
def test_words_that_name_step_and_day_pass_whoever_wrote_them(notices: Path, text: str) -> None:
    assert spoilt(notices, text) == []


def test_words_that_are_wrong_in_german_alone_are_refused_too(notices: Path) -> None:
    reason = lacking(f"common/{GERMAN}", f"{TAG}, gesperrt or Sperrung")
    assert spoilt(notices, "Bitte zahlen Sie.", GERMAN) == [Finding("milestones[2].warns_of", reason)]
    assert spoilt(notices, "{{ warning }}", GERMAN) == []


def test_english_words_do_not_warn_a_german(notices: Path) -> None:
    reason = lacking(f"common/{GERMAN}", f"{TAG}, gesperrt or Sperrung")
    assert spoilt(notices, f"It will be suspended on {DAY}.", GERMAN) == [Finding("milestones[2].warns_of", reason)]


def test_a_language_without_a_notice_of_that_title_sends_the_english_one_which_is_read_with_english_days(
    notices: Path,
) -> None:
    (notices / "common" / GERMAN).unlink()
    assert found(notices) == []


def test_a_language_that_is_not_whole_is_written_to_nobody_and_refused_nowhere(notices: Path) -> None:
    (notices / "common" / "de" / "pages.toml").unlink()
    assert spoilt(notices, "Bitte zahlen Sie.", GERMAN) == []


class TestFees:
    """The fee of a late fee, and the one that a suspension brings."""

    def test_a_notice_without_the_late_fee_s_amount_is_refused(self, notices: Path) -> None:
        (notices / "courtesy-5-10-35" / "payment_failed.txt").write_text(
            '{{ warning | replace("$35.00", "some money") }}'
        )
        reason = lacking("courtesy-5-10-35/payment_failed.txt", "$35.00", "Payment Failed", "late-fee")
        found_now = found(notices, load_policy("courtesy-5-10-35", POLICIES))
        assert found_now == [Finding("milestones[1].warns_of", reason)]

    def test_a_notice_of_a_suspension_without_the_reactivation_fee_is_refused_in_the_language_that_lacks_it(
        self, notices: Path
    ) -> None:
        german = notices / "hotdoodle" / "de" / "website_locked.txt"
        german.write_text('{{ warning | replace("75,00", "7,50") }}', "utf-8")
        reason = lacking("hotdoodle/de/website_locked.txt", "75,00\N{NO-BREAK SPACE}$", "Website Locked", "suspend")
        found_now = found(notices, load_policy("hotdoodle", POLICIES))
        assert found_now == [Finding("milestones[3].warns_of", reason)]


def test_what_stands_around_every_notice_does_not_count(notices: Path) -> None:
    """Else the first invoice, under which the table of the road stands, too, would warn of everything."""
    assert spoilt(notices, "Please pay.") != []
    renderer = TemplateRenderer(notices, "Example Hosting", "https://portal.example/pay")
    (notices / "common" / "any_title.txt").write_text("Please pay.")
    typo = _titled(load_policy("a-small-orange", POLICIES), "Frist Notice")
    assert [finding.key for finding in unannounced(typo, renderer)] == ["milestones[2].warns_of"]


def test_a_title_without_words_gets_plain_ones_that_warn(notices: Path) -> None:
    assert found(notices, _titled(load_policy("a-small-orange", POLICIES), "Frist Notice")) == []


def _titled(policy: Policy, title: str) -> Policy:
    third = policy.milestones[2].model_copy(update={"notice": title})
    return policy.model_copy(update={"milestones": (*policy.milestones[:2], third, *policy.milestones[3:])})


def test_the_notice_that_repeats_a_lost_warning_is_read_as_well(notices: Path) -> None:
    """For whichever milestone it stands; where the first of two warnings is lost, the second will do."""
    reasons = {finding.key: finding.reason for finding in spoilt(notices, "Please pay.", "invoice_overdue.txt")}
    assert reasons.keys() == {f"milestones[{place}].warns_of" for place in (3, 4, 6)}
    assert all("'Invoice Overdue' (common/invoice_overdue.txt)" in reason for reason in reasons.values())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ warning }} {{ nobody }}", "'nobody' is undefined"),
        ("{{ warning }} {% if %}", "Expected an expression, got 'end of statement block'"),
    ],
)
def test_what_is_no_template_or_names_what_there_is_not_is_a_finding_and_no_crash(
    notices: Path, text: str, why: str
) -> None:
    reason = f"the notice 'First Invoice Overdue Notice' (common/{FIRST}) cannot be written: {why}"
    assert spoilt(notices, text) == [Finding("milestones[2].notice", reason)]


def test_a_warning_that_nobody_ever_gets_is_refused(notices: Path, tmp_path: Path) -> None:
    """Here a percentage is announced of an invoice that the policy has voided: of nothing, so it never comes."""
    source = (POLICIES / "a-small-orange.toml").read_text()
    announced = source.replace('warns_of = ["delete"]', 'warns_of = ["delete", "late-fee"]')
    fee = '[[milestones]]\naction = "late_fee"\noffset = 89\nfee = { percent = "5" }\n\n[[milestones]]\nname = "delete"'
    (tmp_path / "fee.toml").write_text(announced.replace('[[milestones]]\nname = "delete"', fee))
    reason = "no notice of 'last-warning' comes before 'late-fee'"
    assert found(notices, load_policy("fee", tmp_path)) == [Finding("milestones[6].warns_of", reason)]


@pytest.mark.parametrize(
    "change",
    [
        ('"USD"', '"HUF"'),  # whose least charge is more than 19.99
        ('currency = "USD"', 'least_balance = "USD 50.00"\ncurrency = "USD"'),
    ],
)
def test_the_invoice_of_the_check_is_never_too_small_to_be_asked_for(
    notices: Path, tmp_path: Path, change: tuple[str, str]
) -> None:
    (tmp_path / "a-small-orange.toml").write_text((POLICIES / "a-small-orange.toml").read_text().replace(*change))
    assert found(notices, load_policy("a-small-orange", tmp_path)) == []


def test_the_smallest_percentage_is_a_fee_that_is_announced(notices: Path, tmp_path: Path) -> None:
    source = (POLICIES / "courtesy-5-10-35.toml").read_text()
    small = source.replace('fee = "USD 35.00"', 'fee = { percent = "0.01" }')
    (tmp_path / "courtesy-5-10-35.toml").write_text(small)
    assert found(notices, load_policy("courtesy-5-10-35", tmp_path)) == []


def test_a_folder_of_policies_refuses_what_its_notices_do_not_say(notices: Path) -> None:
    folder = PolicyFolder(POLICIES, texts_of(Settings(notices=notices)))
    assert folder.load("a-small-orange").name == "a-small-orange"
    (notices / "common" / FIRST).write_text("Please pay.")
    spoilt_folder = PolicyFolder(POLICIES, texts_of(Settings(notices=notices)))
    with pytest.raises(PolicyError, match=r"a-small-orange\.toml: milestones\[2\]\.warns_of: the notice 'First"):
        spoilt_folder.load("a-small-orange")
    assert spoilt_folder.load("hotdoodle").name == "hotdoodle", "another policy does not write that notice"


def test_notices_are_read_anew_when_a_file_or_the_policy_is_another_one(notices: Path) -> None:
    aso = load_policy("a-small-orange", POLICIES)
    read = texts_of(Settings(notices=notices))
    assert read(aso) == texts_of(Settings(notices=notices))(aso) == []
    first = notices / "common" / FIRST
    words = first.read_text("utf-8")
    first.write_text("Please pay.", "utf-8")
    assert texts_of(Settings(notices=notices))(aso) != []
    first.write_text(words, "utf-8")
    assert texts_of(Settings(notices=notices))(aso) == []
    closed = aso.model_copy(update={"only_in_hours_of": "nobody"})  # the same name, the same version
    assert [each.key for each in texts_of(Settings(notices=notices))(closed)] == ["only_in_hours_of"]
