"""What customers and mails are called steers nobody's terminal, whichever command shows it."""

import json
from pathlib import Path

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, Said, row
from tests.cli.invoices.test_tickets import opened

CLEARS, TURNS, C1 = "\x1b[2J\x1b[H", "\u202e", "\x9b"
NAME = f"Kringle {TURNS}elpmaxe [link](https://evil.example) <img src=x>"
STEERS = ("\x1b", TURNS, C1, "\x07", "\x00", "\u200b")


def harmless(said: Said) -> str:
    text = said.out + said.err
    assert not [each for each in STEERS if each in text], text
    return text


async def test_no_command_lets_a_name_or_a_subject_steer_the_terminal(
    a_stage: Stage, operate: Operate, tmp_path: Path
) -> None:
    file = tmp_path / "invoices.json"
    file.write_text(json.dumps([row("STRANGE-1", customer=NAME, emails=["a@example.com"], policy="hotdoodle")]))
    assert (await operate("start", str(file))).status == 0
    body = f"Subject: {CLEARS}{TURNS}gnp.exe\x07\x00\nzero\u200bwidth"
    await opened(a_stage, "STRANGE-1-account", "STRANGE-1", body=body)
    commands = (
        ("show", "STRANGE-1"),
        ("why", "STRANGE-1"),
        ("list", "--account", "STRANGE-1-account"),
        ("find", "Kringle"),
        ("tickets", "--account", "STRANGE-1-account"),
        ("account", "show", "STRANGE-1-account"),
        ("report", "ageing"),
        ("forecast", "--account", "STRANGE-1-account", "--days", "90", "--by", "step"),
        ("forecast", "--account", "STRANGE-1-account", "--days", "90", "--by", "account", "--csv"),
        ("removals",),
    )
    for words in commands:
        for more in ((), ("--json",)):
            if more and "--csv" in words:
                continue
            said = await operate(*words, *more)
            assert said.status == 0 or more, (words, said)
            harmless(said)
    shown = harmless(await operate("find", "Kringle"))
    assert r"Kringle \u202eelpmaxe" in shown
    assert json.loads((await operate("find", "Kringle", "--json")).out)["found"][0]["customer"] == NAME


async def test_an_error_that_repeats_what_was_typed_does_not_either(operate: Operate) -> None:
    said = await operate("show", f"X{CLEARS}")
    assert said.status == 2
    assert r"\x1b" in harmless(said)
