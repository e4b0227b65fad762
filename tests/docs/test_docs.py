"""What README and docs say is true today: timelines, links, commands, settings, refusals."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from pydantic import SecretStr, TypeAdapter

import starter
from adapters.settings.policies import PolicyFolder, load_policy
from adapters.settings.settings import SANDBOX_PANEL, Settings
from adapters.templates.announced import texts_of
from adapters.templates.renderer import TemplateRenderer
from cli.policies import plan
from cli.policies.timeline_svg import picture
from dunning import names
from dunning.keeping.kinds import LIVES, TABLES, Kind, Until
from dunning.money import Money
from dunning.policy.file import MilestoneRule, Policy, Reinstatement
from dunning.policy.plan import Invoice, Milestone
from dunning.policy.timeline import timeline
from dunning.records.accounts import Account
from dunning.services.hold_reasons import Contacts
from dunning.states import StateAt
from tests.cli.command import ROOT
from tests.cli.command import starter as run
from tests.notices.test_templates import order
from tools import window_picture

DUE = date(2026, 12, 1)
SNAPSHOTS = ROOT / "tests" / "notices" / "snapshots"
POLICIES = sorted(file.stem for file in (ROOT / "policies").glob("*.toml"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATING = (ROOT / "docs" / "operating.md").read_text()
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def dated(policy: Policy) -> tuple[Milestone, ...]:
    sample = Invoice(number="plan", account="plan", amount=Money.zero(policy.currency), due=DUE)
    return timeline(policy, sample)


@pytest.mark.req("S2-29")
@pytest.mark.parametrize("name", POLICIES)
def test_the_published_picture_is_the_live_policys(name: str) -> None:
    policy = load_policy(name, ROOT / "policies")
    file = ROOT / "docs" / "timelines" / f"{name}.svg"
    again = f"starter.py plan --policy {name} --due {DUE} --svg {file.relative_to(ROOT)}"
    assert file.read_text() == picture(policy.title, DUE, policy.zone, dated(policy)), f"draw it again: {again}"


def test_the_picture_of_a_window_is_what_the_rules_say() -> None:
    assert window_picture.FILE.read_text() == window_picture.drawn(), "draw it again: python -m tools.window_picture"


@pytest.mark.req("S2-29")
@pytest.mark.parametrize("name", POLICIES)
def test_the_published_table_is_the_live_policys(name: str) -> None:
    policy = load_policy(name, ROOT / "policies")
    text = (ROOT / "docs" / "policies.md").read_text()
    assert f"\n{policy.title}.\n" in text
    table = text.split(f"<!-- timeline: {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table]
    assert cells == [plan._row(milestone, policy.zone) for milestone in dated(policy)]


@pytest.mark.req("S2-29")
async def test_the_readmes_plan_is_what_the_command_prints() -> None:
    words = "plan --policy a-small-orange --due 2026-12-01"
    said = await run(*words.split(), env={"COLUMNS": "140"})
    shown = (ROOT / "README.md").read_text().split(f"starter.py {words}\n")[1].split("\n```")[0]
    assert [line.rstrip() for line in said.out.splitlines()] == shown.splitlines()


def test_the_readmes_policy_may_be_used(tmp_path: Path) -> None:
    source = (ROOT / "README.md").read_text().split("```toml\n")[1].split("```")[0]
    (tmp_path / "friendly.toml").write_text(source)
    folder = PolicyFolder(tmp_path, texts_of(Settings(notices=ROOT / "notices")))
    assert folder.load("friendly").title.startswith("Friendly")


@by_name
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def anchors(file: Path) -> set[str]:
    """As the usual renderers make them: small letters, dashes for spaces, no punctuation."""
    heads = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@by_name
def test_every_make_target_and_command_exists(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^ +|\$ )make ([a-z]+)", text, re.MULTILINE)) <= targets
    commands = {name for name, *_ in starter._COMMANDS}
    assert set(re.findall(r"starter\.py ([a-z]+(?:-[a-z]+)*)", text)) <= commands


@by_name
def test_every_file_and_folder_named_exists(page: Path) -> None:
    """Names in backticks that begin with one of our folders; those with a placeholder aside."""
    roots = "activities|adapters|bench|cli|compose|docs|dunning|notices|operations|policies|portal|sandbox|tests"
    roots += "|tools|workflows"
    for name in re.findall(rf"`((?:{roots})/[\w./-]*)`", page.read_text()):
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_setting_is_listed_with_its_default() -> None:
    listed = re.findall(r"^\| `(REPRIEVE_\w+)` \| (.*?) \| .+ \|$", OPERATING, re.MULTILINE)
    assert listed == [
        (f"REPRIEVE_{name.upper()}", default_in_words(field.default)) for name, field in Settings.model_fields.items()
    ]


def default_in_words(value: Any) -> str:
    if isinstance(value, SecretStr):  # no secret is: it is for the sandbox
        return default_in_words(value.get_secret_value())
    if value is SANDBOX_PANEL:
        return "the sandbox"
    if isinstance(value, dict):  # as one writes it into the environment
        return f"`{TypeAdapter[Any](Contacts).dump_json(value, exclude_defaults=True).decode()}`"
    if value is None or value == "":
        return "none" if value is None else "empty"
    text = str(value).lower() if isinstance(value, bool) else str(value).replace(str(ROOT), "<repo>")
    return f"`{text}`"


@by_name
def test_every_setting_named_exists(page: Path) -> None:
    known = {f"REPRIEVE_{name.upper()}" for name in Settings.model_fields} | {
        "REPRIEVE_CONFIG",
    }
    assert set(re.findall(r"REPRIEVE_[A-Z_]+[A-Z]", page.read_text())) <= known


def test_every_search_attribute_is_explained_and_each_view_opens_the_query_it_shows() -> None:
    for key in names.ATTRIBUTES:
        assert re.search(rf"^\| .*`{key.name}`.* \|", OPERATING, re.MULTILINE), key.name
    views: list[tuple[str, str]] = re.findall(r"\[`([^`]+)`\]\((http[^)]+)\)", OPERATING)
    assert len(views) > 5
    for query, link in views:
        assert unquote(link.partition("?query=")[2]) == query
        known = {key.name for key in names.ATTRIBUTES} | {"ExecutionStatus", "TemporalReportedProblems"}
        assert set(re.findall(r"\b([A-Z][a-z]+[A-Za-z]*)(?= ?(?:=|!=|>|<|IN|IS))", query)) <= known


def test_every_state_is_explained() -> None:
    states = {word for words in get_args(StateAt) for word in get_args(words)}
    section = OPERATING.split("### What each state means")[1].split("###")[0]
    assert states == set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))))


def test_every_refusal_shown_is_one_that_the_code_has() -> None:
    """Words between the gaps of each quoted reason stand in the code."""
    files = [*(ROOT / "dunning" / "policy").glob("*.py")]
    files += [ROOT / "dunning" / name for name in ("calendar.py", "currencies.py", "mistakes.py", "money.py")]
    files += [ROOT / "adapters" / "settings" / "policies.py", *(ROOT / "adapters" / "templates").glob("*.py")]
    # A text of two lines of code is one text.
    code = re.sub(r"[\"']\s*\n\s*f?[\"']", "", "".join(file.read_text() for file in files))
    code = re.sub(r"\{[^{}\n]*\}", "…", code)
    section = (ROOT / "docs" / "policies.md").read_text().split("## Refusals")[1].split("\n## ")[0]
    for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        for reason in re.findall(r"`([^`]+)`", cell):
            if reason.startswith("TOML"):
                continue
            for words in filter(None, (part.strip(" .;,:") for part in reason.split("…"))):
                assert words in code, reason


def test_every_key_of_a_policy_is_explained() -> None:
    text = (ROOT / "docs" / "policies.md").read_text()
    for model in (Policy, Reinstatement, MilestoneRule):
        for key in set(model.model_fields) - ({"name", "version"} if model is Policy else set[str]()):
            assert re.search(rf"^\| `\[*{key}\]*` \|", text, re.MULTILINE), key


NOTICES = (ROOT / "docs" / "notices.md").read_text()


def test_every_name_that_a_template_may_use_is_explained_and_no_other() -> None:
    section = NOTICES.split("### What a template may name")[1].split("\n## ")[0]
    explained = {name for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in names_in(cell)}
    renderer = TemplateRenderer(ROOT / "notices", "Example Hosting", "https://portal.example/pay")
    paid = order(amount=Money.parse("USD 1.00"), happened_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert explained == renderer.facts(paid, Account(id="a", name="Ada")).keys()


def names_in(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_tables_of_words_are_explained() -> None:
    words = tomllib.loads((ROOT / "notices" / "common" / "words.toml").read_text("utf-8"))
    section = NOTICES.split("The words stand in")[1].split("\n### ")[0]
    for table in ("steps", "rows", "must_say"):
        assert f"| `[{table}]` |" in section
        assert words[table]
    gaps = {gap for sentence in words["steps"].values() for gap in re.findall(r"{\w+}", sentence)}
    assert gaps == set(re.findall(r"`({\w+})`", section))


def test_the_warning_and_the_road_that_are_shown_are_ones_that_customers_read() -> None:
    sent = " ".join("".join(file.read_text() for file in SNAPSHOTS.glob("*.en_US.txt")).split())
    section = NOTICES.split("\n## Warnings")[1].split("\n### A warning that")[0]
    quoted = " ".join(line.removeprefix("> ") for line in section.splitlines() if line.startswith("> "))
    road = " ".join(section.split("```text\n")[1].split("```")[0].split())
    assert quoted in sent
    assert road in sent


def test_every_promise_is_in_the_table_with_files_that_test_it() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \| (.*) \|$", text, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, 15))
    for number, where, proofs in rows:
        assert (proofs == "none") == (where == "not yet")
        for file in re.findall(r"`(tests/[\w./]+)`", proofs):
            assert f"mark.promise({number})" in (ROOT / file).read_text(), f"promise {number}: {file}"


def test_how_long_each_table_and_kind_is_kept_is_what_the_code_does() -> None:
    text = (ROOT / "docs" / "retention.md").read_text()
    kinds = re.findall(r"^\| .* \| `REPRIEVE_KEEP_(\w+)_DAYS`, (\d+) \| (\d+) \| (.*) \|$", text, re.MULTILINE)
    assert kinds == [(kind.name, str(life.days), str(life.least), life.because) for kind, life in LIVES.items()]
    listed = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    assert listed == [(name, kept.what, kept_for(kept.until), kept.why) for name, kept in TABLES.items()]


def kept_for(until: Kind | Until) -> str:
    return f"`REPRIEVE_KEEP_{until.name}_DAYS`" if isinstance(until, Kind) else until.value
