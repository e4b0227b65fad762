"""Prints which requirement is carried by which tests of the last run, and whether they passed.

Run by `make requirements` after the tests. Exits with 1 when a test carries an id that no document has, when a carrying
test failed, or when there was no test run.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path("docs/requirements.md")
RECORD = Path(".reprieve/requirements.json")
_ROW = re.compile(r"^\| (S\d-\d\d) \|[^|]*\| (.*) \|$", re.MULTILINE)
_WORST_FIRST = ("failed", "passed", "skipped")


class Carrier(NamedTuple):
    """A test function that carries requirements; of its parameters' outcomes the worst counts."""

    name: str
    outcome: str
    ids: frozenset[str]
    promises: frozenset[int]


def known(document: str) -> dict[str, str]:
    """Every requirement's id and text."""
    return dict(_ROW.findall(document))


def carriers(record: str) -> list[Carrier]:
    """The test functions of the recorded run."""
    found: dict[str, Carrier] = {}
    for node, test in json.loads(record).items():
        name = node.split("[")[0]
        new = Carrier(name, test["outcome"], frozenset(test["ids"]), frozenset(test["promises"]))
        old = found.get(name, new)
        found[name] = Carrier(name, worst((old.outcome, new.outcome)), old.ids | new.ids, old.promises | new.promises)
    return list(found.values())


def worst(outcomes: Iterable[str]) -> str:
    """A failure outweighs all; a skipped test takes nothing from one that passed, but proves nothing alone."""
    return min(outcomes, key=_WORST_FIRST.index, default="no test")


def unknown(tests: Iterable[Carrier], requirements: Mapping[str, str]) -> list[str]:
    """A line for each id that a test carries and no document has."""
    return [f"unknown id {name} in {test.name}" for test in tests for name in sorted(test.ids - requirements.keys())]


def table(tests: list[Carrier], requirements: Mapping[str, str]) -> list[str]:
    """A line for each requirement, with its tests below it, then the promises, then the counts."""
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for name, text in requirements.items():
        mine = [test for test in tests if name in test.ids]
        outcome = worst(test.outcome for test in mine)
        counts[outcome] += 1
        lines += [f"{name}  {outcome:8} {text}", *(f"       {test.outcome:8} {test.name}" for test in mine)]
    return [*lines, *_promises(tests), _summary(counts, len(requirements), len(tests))]


def _promises(tests: list[Carrier]) -> list[str]:
    numbers = sorted({number for test in tests for number in test.promises})
    of = {number: [test for test in tests if number in test.promises] for number in numbers}
    return [
        f"promise {number:2}  {worst(t.outcome for t in of[number])}, {len(of[number])} tests" for number in numbers
    ]


def _summary(counts: Counter[str], requirements: int, tests: int) -> str:
    ended = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped", "no test"))
    return f"{requirements} requirements: {ended}. {tests} tests carry requirements or promises."


def main() -> int:
    """Print the table; answers the exit code."""
    if not RECORD.exists():
        sys.stderr.write(f"{RECORD} is missing: run the tests first (make test)\n")
        return 1
    requirements = known(DOCUMENT.read_text(encoding="utf-8"))
    tests = carriers(RECORD.read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(table(tests, requirements)) + "\n")
    faults = unknown(tests, requirements) + [f"failed: {test.name}" for test in tests if test.outcome == "failed"]
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
