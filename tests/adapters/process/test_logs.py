"""A line of the log is one line, whatever was sent to us."""

import json
import logging

import pytest
import structlog

from adapters.process import logs

FORGED = "paid\n2026-01-01 [info] all is well\x1b[2J\u202e\x85\u2028"


@pytest.fixture(autouse=True)
def _as_before() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("ours", [True, False], ids=["structlog", "logging"])
def test_strangers_words_forge_no_line_and_steer_no_terminal(
    capsys: pytest.CaptureFixture[str], *, as_json: bool, ours: bool
) -> None:
    logs.configure("INFO", as_json=as_json)
    if ours:
        structlog.get_logger("reprieve").info("mail", subject=FORGED)
    else:
        logging.getLogger("reprieve").info("mail %s", FORGED)
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert all(each not in told for each in ("\x1b[2J", "\u202e", "\x85", "\u2028"))
    if as_json:
        assert FORGED in json.loads(told).values() or f"mail {FORGED}" in json.loads(told).values()


def test_a_traceback_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=False)
    try:
        int(FORGED)
    except ValueError:
        logging.getLogger("reprieve").exception("wrong")
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert len(told.splitlines()) > 3
    assert "\x1b[2J" not in told
