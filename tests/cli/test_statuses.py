"""Exit statuses are as `starter.py --help` and docs/operating.md say: 0 done, 1 an outage, 2 bad input or refused.

Every command is typed with nobody there, neither store nor Temporal, and with an option that there is not.
"""

import pytest

from tests.cli.command import Operate, in_days, lines, row
from tests.cli.test_help import COMMANDS, leads_to_others

NOWHERE = "sqlite+aiosqlite:////dev/null/store.db"
WHO = ("--by", "ana", "--reason", "why")
MONEY = ("--amount", "USD 5", "--id", "x")
HOURS = ("--from", "2099-01-01 21:00", "--until", "2099-01-01 23:00")
TIMES = ("--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z")
ALONE = {("plan",), ("rehearse",), ("policies",), ("check",), ("notices", "preview"), ("store", "copy"), ("secrets",)}
"""Work on files, and without one it is none that passes."""
WORDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("start",): ("-",),
    ("subscribe",): (
        "S-1",
        "--account",
        "acct",
        "--period",
        "monthly",
        "--renews-on",
        str(in_days(60)),
        "--line",
        "Web=USD 5",
        "--policy",
        "a-small-orange",
    ),
    ("subscriptions",): (),
    ("change",): ("S-1", "--period", "yearly", *WHO),
    ("pause",): ("S-1", "--until", "2099-01-01", *WHO),
    ("cancel",): ("S-1", *WHO),
    ("processor-subscription", "add"): ("I-1", "--account", "acct", *WHO[:2]),
    ("processor-subscription", "list"): (),
    ("processor-subscription", "remove"): ("I-1",),
    ("list",): (),
    ("find",): ("bakery",),
    ("report", "ageing"): (),
    ("report", "recovered"): (),
    ("forecast",): (),
    ("diff",): ("hotdoodle", "whmcs-default"),
    ("replan",): ("hotdoodle", "whmcs-default", "--rule", "new", *WHO),
    ("day-behind",): (),
    ("cases", "rebuild"): (),
    ("show",): ("I-1",),
    ("link",): ("I-1",),
    ("pay",): ("I-1", *MONEY),
    ("reverse",): ("I-1", "--payment", "p", *MONEY),
    ("restore",): ("I-1", "--reversal", "r", *MONEY),
    ("refund",): ("I-1", "--payment", "p", *MONEY, *WHO),
    ("credits",): ("acct",),
    ("credits", "add"): ("acct", *MONEY, *WHO),
    ("credits", "pay-out"): ("acct", *MONEY, *WHO),
    ("credits", "use"): ("I-1", "--id", "x", *WHO),
    ("tickets",): (),
    ("tickets", "close"): ("I-1:t", *WHO),
    ("notices", "show"): ("I-1:n",),
    ("notices", "resend"): ("I-1:n",),
    ("notices", "list"): ("I-1",),
    ("sweep",): (),
    ("promise",): ("I-1", "--until", "2099-01-01"),
    ("waive",): ("I-1", "late-fee"),
    ("approve",): ("I-1", "delete", "--by", "ana"),
    ("charge",): ("I-1", "--by", "ana"),
    ("due",): ("I-1", "2099-01-01"),
    ("void",): ("I-1", "--reason", "why"),
    ("undo",): (*TIMES, *WHO, "--yes"),
    ("recover",): ("I-1", *WHO),
    ("removals",): (),
    ("why",): ("I-1",),
    ("window", "list"): (),
    ("window", "show"): ("w",),
    ("window", "add"): (*HOURS, "--zone", "UTC", *WHO),
    ("window", "move"): ("w", "--until", "2099-01-01 23:00", *WHO[:2]),
    ("window", "extend"): ("w", "--until", "2099-01-01 23:00", *WHO[:2]),
    ("window", "cancel"): ("w", *WHO[:2]),
    ("outages",): (),
    ("outage", "add"): ("--from", "2020-01-01 21:00", "--until", "2020-01-01 23:00", "--zone", "UTC", *WHO),
    ("outage", "strike"): ("portal-1", *WHO),
    ("window", "announce"): ("w",),
    ("breaker", "show"): (),
    ("breaker", "allow"): (*WHO, "--yes"),
    ("breaker", "keep"): WHO,
    ("hold",): ("acct", "--kind", "abuse", *WHO),
    ("lift",): ("acct", "--kind", "abuse", *WHO),
    ("drift",): (),
    ("site",): ("sandbox:u:website",),
    ("audit", "verify"): (),
    ("audit", "show"): (),
    ("store", "purge"): (),
    ("account", "show"): ("acct",),
    ("account", "set"): ("acct", "--name", "Other", *WHO),
    ("account", "exempt"): ("acct", "--until", "2099-01-01", *WHO),
    ("account", "export"): ("acct", *WHO[:2]),
    ("account", "erase"): ("acct", *WHO, "--yes"),
    ("account", "merge"): ("acct", "acct2", *WHO, "--yes"),
    ("service", "add"): ("acct", "--panel", "sandbox", "--user", "u", *WHO),
    ("service", "move"): ("acct", "s", "--user", "u", *WHO),
    ("service", "close"): ("acct", "s", *WHO),
    ("service", "remove"): ("acct", "s", *WHO),
    ("user", "add"): ("new", "--role", "clerk", *WHO[:2]),
    ("user", "disable"): ("cleo", *WHO[:2]),
    ("user", "list"): (),
}


def test_every_command_is_typed_here() -> None:
    assert {*WORDS} | ALONE == {each for each in COMMANDS if not leads_to_others(each)}


@pytest.mark.parametrize("command", WORDS, ids=" ".join)
async def test_an_outage_is_one_line_and_status_1(
    offline: Operate, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("REPRIEVE_STORE_URL", NOWHERE)
    monkeypatch.setenv("REPRIEVE_LINK_SECRETS", '["drawn for a test, thirty-two or more"]')
    monkeypatch.setenv("REPRIEVE_SITE_WEBHOOK_SECRET", "drawn for a test, thirty-two or more")
    said = await offline(*command, *WORDS[command], stdin=lines(row("I-1")))
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1), said
    assert said.err.startswith("starter: "), said


@pytest.mark.parametrize("command", [*WORDS, *sorted(ALONE)], ids=" ".join)
async def test_bad_input_is_status_2(offline: Operate, command: tuple[str, ...]) -> None:
    said = await offline(*command, *WORDS.get(command, ()), "--no-such-option", "x")
    assert (said.status, said.out, "Traceback" in said.err) == (2, "", False), said
