"""Notes which tests carry which requirements, and how they ended, in `.reprieve/requirements.json`.

`tools/requirements.py` reads it. What a test carries travels in its report, so this works under pytest-xdist too.
"""

import json
from typing import Any

import pytest

RECORD = ".reprieve/requirements.json"
_WORST_LAST = ("passed", "skipped", "failed")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the test's reports carry its ids and promises."""
    for name in ("req", "promise"):
        values = [value for mark in item.iter_markers(name) for value in mark.args]
        if values:
            item.user_properties.append((name, values))


def pytest_configure(config: pytest.Config) -> None:
    """Record in the process that sees all reports: not in a worker of pytest-xdist."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.pluginmanager.register(_Recorder(config))


class _Recorder:
    def __init__(self, config: pytest.Config) -> None:
        self._file = config.rootpath / RECORD
        self._tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        carried = dict(report.user_properties)
        test = self._tests.setdefault(
            report.nodeid,
            {"outcome": "passed", "ids": carried.get("req", []), "promises": carried.get("promise", [])},
        )
        test["outcome"] = max(test["outcome"], report.outcome, key=_WORST_LAST.index)

    def pytest_sessionfinish(self) -> None:
        carriers = {name: test for name, test in self._tests.items() if test["ids"] or test["promises"]}
        self._file.parent.mkdir(exist_ok=True)
        self._file.write_text(json.dumps(carriers, indent=1), encoding="utf-8")
