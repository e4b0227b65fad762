"""CPU seconds of our child processes: what a life costs, whatever else the machine is busy with."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"""Places in /proc/<pid>/stat, counted behind the program's name."""


def of_children() -> float:
    """What server, workers and companies have used so far."""
    stats = [_stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    mine = [stat for stat in stats if stat and int(stat[_PARENT]) == os.getpid()]
    return sum(int(stat[_USER]) + int(stat[_SYSTEM]) for stat in mine) / _TICKS


def _stat(entry: Path) -> list[str]:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # it has just ended
