"""`--help` of the commands, beside a process that only imports what each of them needs: cyclopts and pydantic.

Seconds are CPU time of the child process, the least of several runs: what else runs on the machine hardly counts.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

from bench.report import Report

RUNS = 7
LIMIT = 1.5
"""Help costs at most so much of a bare import: more means that a command's module loads what only its work needs."""
BARE = ("-c", "import cyclopts, pydantic")
COMMANDS = ((), ("start",), ("show",), ("plan",), ("hold",), ("undo",), ("breaker", "allow"), ("rehearse",))


def help_(report: Report) -> None:
    """Print CPU milliseconds, and the ratio to the bare import."""
    report.title("--help (CPU of one process each, the least of several)")
    bare = _least(BARE)
    rows: list[tuple[object, ...]] = [(f"python {' '.join(BARE)}", f"{bare * 1000:.0f}", "", "")]
    for words in COMMANDS:
        spent = _least(("starter.py", *words, "--help"))
        verdict = report.at_most(f"help of {' '.join(words) or 'all'}, of a bare import", spent / bare, LIMIT)
        rows.append(
            (f"starter.py {' '.join((*words, '--help'))}", f"{spent * 1000:.0f}", f"{spent / bare:.2f}", verdict)
        )
    report.table(("process", "CPU ms", "of bare", f"at most {LIMIT}"), rows)


def _least(words: Sequence[str]) -> float:
    return min(_spent(words) for _ in range(RUNS))


def _spent(words: Sequence[str]) -> float:
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit status {process.returncode}")
    return used.ru_utime + used.ru_stime
