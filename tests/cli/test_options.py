"""Values that several commands read alike."""

import pytest

from tests.cli.command import Operate

COMMANDS = {
    "--most": ("breaker", "allow", "--by", "ana", "--reason", "x"),
    "--hold-days": ("undo", "--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z"),
    "--charge": ("rehearse", "--policy", "whmcs-default", "--due", "2099-01-01"),
}


@pytest.mark.parametrize("option", COMMANDS)
@pytest.mark.parametrize(
    "number", ["1_0", "0x10", "0b1", "3.7", "2.0", "1e2", "\u0663", "\u00b2", " 3", "+3", "9" * 30]
)
async def test_a_whole_number_is_digits_and_nothing_else(offline: Operate, option: str, number: str):
    said = await offline(*COMMANDS[option], option, number)
    assert said.status == 2
    assert f"Invalid value for {option}: {number!r} is not a whole number; write it like 3" in said.err


async def test_what_is_one_is_read(offline: Operate):
    words = ("--charge", "-3", "--charge", "0")
    said = await offline(*COMMANDS["--charge"], *words)
    assert "charges nothing on day -3; its charge days are: 0" in said.err
