"""Runs a program in a session of its own, so that whatever it leaves behind can be found."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def start(*words: str, folder: Path | None = None) -> subprocess.Popen[str]:
    """Start `python <words>` from the repository's root; its temporary files go into `folder`."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | ({"TMPDIR": str(folder)} if folder else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit status and what it printed."""
    with process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, out, err


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What it printed up to the line that holds these words, or up to its end."""
    read = ""
    assert process.stdout
    for line in process.stdout:
        read += line
        if words in line:
            break
    return read


def left_of(session: int) -> list[int]:
    """The live processes of that session, whoever their parents are by now."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _session(entry) == session]


def until_none_left(session: int) -> list[int]:
    """Wait until nothing of the session is left; what is left nevertheless."""
    patience = time.monotonic() + PATIENCE / 4
    while (left := left_of(session)) and time.monotonic() < patience:
        time.sleep(0.02)
    return left


def _session(entry: Path) -> int:
    try:
        if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return 0  # dead; only nobody has asked yet
        return os.getsid(int(entry.name))
    except (OSError, IndexError):
        return 0
