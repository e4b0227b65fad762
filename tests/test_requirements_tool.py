"""The table of requirements: what the plugin records in one process or several, and what the tool makes of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import pytest

@pytest.mark.req("S9-01", "S9-02")
@pytest.mark.promise(3)
@pytest.mark.parametrize("n", [1, 2])
def test_good(n):
    pass

@pytest.mark.req("S9-03")
def test_skipped():
    pytest.skip("not today")

def test_plain():
    pass
"""
BAD = """
import pytest

@pytest.fixture
def broken():
    yield
    raise ValueError

@pytest.mark.req("S9-01")
def test_bad(broken):
    pass
"""
STRAY = """
import pytest

@pytest.mark.req("S9-99")
def test_stray():
    pass
"""
DOCUMENT = """
| Id | Source file | Requirement |
|---|---|---|
| S9-01 | a.txt | Pay. |
| S9-02 | a.txt | Write. |
| S9-03 | a.txt | Wait. |
| S9-04 | a.txt | Sing. |
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -p tests.plugins.requirements\nmarkers =\n req\n promise\n"
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements.md").write_text(DOCUMENT)
    (tmp_path / "test_them.py").write_text(TESTS)
    return tmp_path


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_table_says_what_each_requirement_is_proven_by(project: Path, workers: tuple[str, ...]) -> None:
    run(project, "-m", "pytest", *workers)
    answer = run(project, "-m", "tools.requirements")
    assert answer.stdout.splitlines() == [
        "S9-01  passed   Pay.",
        "       passed   test_them.py::test_good",
        "S9-02  passed   Write.",
        "       passed   test_them.py::test_good",
        "S9-03  skipped  Wait.",
        "       skipped  test_them.py::test_skipped",
        "S9-04  no test  Sing.",
        "promise  3  passed, 1 tests",
        "4 requirements: 2 passed, 0 failed, 1 skipped, 1 no test. 2 tests carry requirements or promises.",
    ]
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    ("tests", "fault"),
    [(BAD, "failed: test_more.py::test_bad\n"), (STRAY, "unknown id S9-99 in test_more.py::test_stray\n")],
)
def test_a_failure_and_an_unknown_id_are_faults(project: Path, tests: str, fault: str) -> None:
    (project / "test_more.py").write_text(tests)
    run(project, "-m", "pytest")
    answer = run(project, "-m", "tools.requirements")
    assert (answer.returncode, answer.stderr) == (1, fault)


def test_without_a_run_there_is_nothing_to_show(project: Path) -> None:
    answer = run(project, "-m", "tools.requirements")
    assert answer.returncode == 1
    assert "run the tests first" in answer.stderr
