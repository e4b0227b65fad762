"""`--help` and typing mistakes answer at once: they load nothing that only the commands' work needs."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest
from cyclopts import App

import starter
from tests.cli.command import ROOT

HEAVY = (
    "aiosmtplib", "aiosqlite", "alembic", "babel", "composition", "holidays", "httpx2", "jinja2", "psycopg", "pydantic",
    "pydantic_settings", "sandbox", "sqlalchemy", "stripe", "structlog", "temporalio",
)  # fmt: skip
CHECK = """
import sys
import tomllib
import starter
status = starter.main(sys.argv[2:])
print("loaded:", *(name for name in sys.argv[1].split() if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""
"""What the program does, and then which of the heavy packages it has loaded."""


def commands(app: App, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, and those below one."""
    for name in app:
        if not name.startswith("-"):
            yield (*before, name)
            yield from commands(app[name], (*before, name))


def leads_to_others(words: tuple[str, ...]) -> bool:
    """Whether it does nothing by itself."""
    command = starter.app
    for word in words:
        command = command[word]
    return command.default_command is None


COMMANDS = sorted({*commands(starter.app)})


def run(*words: str) -> tuple[int, str, str, list[str]]:
    """Give status, output, errors, and the heavy packages that were loaded."""
    said = subprocess.run(
        [sys.executable, "-c", CHECK, " ".join(HEAVY), *words], cwd=ROOT, text=True, capture_output=True, check=False
    )
    told, _, loaded = said.stderr.rpartition("loaded:")
    return said.returncode, said.stdout, told, loaded.split()


def test_every_command_of_the_program_is_among_those_tried() -> None:
    assert {("start",), ("undo",), ("breaker", "allow"), ("notices", "preview")} <= {*COMMANDS}
    assert len(COMMANDS) > len(starter._COMMANDS)


def test_a_command_that_works_does_load_them() -> None:
    """Else the other tests here would prove nothing."""
    status, _, _, loaded = run("check", "hotdoodle")
    assert (status, {"pydantic", "pydantic_settings"} <= {*loaded}) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("start", "--help"), "names the columns, in any case and order."),
        (("list", "-h"), "each line says as of"),
        (("breaker", "allow", "--help"), "who paid meanwhile is left alone."),
    ],
)
def test_the_help_of_a_command_says_all_that_its_function_says(words: tuple[str, ...], said: str) -> None:
    status, out, told, _ = run(*words)
    assert (status, told) == (0, "")
    assert said in " ".join(out.split())


def test_the_programs_own_help_names_every_command_and_loads_nothing() -> None:
    status, out, told, loaded = run("--help")
    assert (status, told, loaded) == (0, "", [])
    assert all(f" {name} " in out for name, *_ in COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_of_a_command_loads_nothing(words: tuple[str, ...]) -> None:
    status, out, told, loaded = run(*words, "--help")
    assert (status, told, loaded) == (0, "", [])
    assert out.startswith(f"Usage: starter.py {' '.join(words)}")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("policies", "--colour", "red"), "--colour"),
        (("pay", "INV-1"), "pay: --amount is missing"),
        (("start", "no-such-file.json"), "no-such-file.json cannot be read"),
        (("plan", "--policy", "hotdoodle", "--due", "soon"), "--due: 'soon' is not a date"),
        (("notices", "preview", "--policy", "hotdoodle", "--due", "soon"), "--due: 'soon' is not a date"),
        (("rehearse", "--policy", "hotdoodle", "--due", "soon"), "--due: 'soon' is not a date"),
        (("sweep", "--since", "yesterday"), "--since: 'yesterday' is not an instant"),
        (("undo", "--since", "today", "--until", "now"), "--since: 'today' is not an instant"),
        (("pay", "INV-1", "--amount", "1", "--id", "x", "--at", "noon"), "--at: 'noon' is not an instant"),
    ],
    ids=lambda words: words if isinstance(words, str) else " ".join(words),
)
def test_a_typing_mistake_loads_nothing(words: tuple[str, ...], why: str) -> None:
    status, out, told, loaded = run(*words)
    assert (status, out, loaded) == (2, "", [])
    assert why in told


@pytest.mark.parametrize("words", [("check", "no-such-file.toml"), ("plan", "--policy", "nope", "--due", "2026-12-01")])
def test_a_policy_that_is_not_there_needs_the_settings_and_nothing_else(words: tuple[str, ...]) -> None:
    status, _, told, loaded = run(*words)
    assert (status, loaded) == (2, ["pydantic", "pydantic_settings"])
    assert "policy: there is no such file" in told


def test_the_version_is_the_project_s() -> None:
    status, out, err, loaded = run("--version")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (status, out, err, loaded) == (0, f"Reprieve {project['version']}\n", "", [])
