"""`start`: files of invoices become cases, each once, whatever the file looks like."""

import asyncio
import io
import json
import os
import sys
from pathlib import Path

import pytest

from cli.shell.progress import counting
from dunning.names import workflow_id
from operations.invoices import new_invoice
from sandbox.stage.stage import Stage
from tests.cli.command import ROOT, Operate, in_days, lines, row, starter


async def test_a_file_is_started_once_however_often_it_is_given(a_stage: Stage, operate: Operate, tmp_path: Path):
    file = tmp_path / "in.jsonl"
    file.write_text(lines(row("TWICE-1"), row("TWICE-2", story="how it ends")))
    first, second = await starter("start", str(file), env=a_stage.env), await operate("start", str(file), "--json")
    assert first == (0, "2 started, 0 already running, 0 already closed, 0 bad, 0 failed\n", "")
    assert (second.status, second.json["started"]) == (0, [])
    assert sorted(second.json["already_running"]) == ["TWICE-1", "TWICE-2"]


async def test_what_is_closed_is_not_started_again(a_stage: Stage, operate: Operate):
    rows = lines(row("ONCE-1"))
    await operate("start", "-", stdin=rows)
    await operate("pay", "ONCE-1", "--amount", "19.99", "--id", "once-1")
    await (await a_stage.connect()).get_workflow_handle(workflow_id("ONCE-1")).result()
    said = await operate("start", "-", "--json", stdin=rows)
    assert (said.status, said.json["already_closed"]) == (0, ["ONCE-1"])


async def test_two_starters_at_once_start_each_case_once(a_stage: Stage):
    rows = lines(*(row(f"RACE-{number}") for number in range(10)))
    said = await asyncio.gather(*(starter("start", "-", "--json", env=a_stage.env, stdin=rows) for _ in range(2)))
    assert [one.status for one in said] == [0, 0]
    started = said[0].json["started"] + said[1].json["started"]
    assert sorted(started) == sorted(f"RACE-{number}" for number in range(10))


async def test_bad_rows_are_listed_with_line_and_reason_and_the_others_start(operate: Operate, tmp_path: Path):
    file = tmp_path / "mixed.jsonl"
    bad = [
        row("MIX-2", amount=19.99),
        row("MIX-3", surprise=1),
        row("MIX-20"),
        row("MIX-4", amount="EUR 5"),
        row("MIX-5", policy="nope"),
        row("MIX-6", due="soon"),
        row("MIX-7", zone="Mars"),
        row("MIX-8", emails=["nobody"]),
        row("MIX-9", locale="xx_YY_ZZ"),
        row("bad:number"),
        row("MIX-10", amount="USD 0"),
        row("MIX-11", policy="hotdoodle", due="9999-12-31"),
        row("MIX-13", amount="USD 1.000"),
        row("MIX-14", amount="USD 1,000"),
        row("MIX-15", amount="USD 10000000000.00"),
        row("MIX-16", amount={"minor": 1999, "currency": "USD"}),
        row("MIX-17", amount=float("nan")),
        row("MIX-18", amount=None),
        row("MIX-19", amount="UDS 5"),
    ]
    file.write_text(lines(row("MIX-1"), *bad) + "not json\n[]\n\n" + lines(row("MIX-12"), row("MIX-20")))
    said = await operate("start", str(file))
    assert (said.status, said.out) == (2, "2 started, 0 already running, 0 already closed, 22 bad, 0 failed\n")
    told = said.err.replace(str(file), "F").splitlines()
    reasons = (
        "F:2: MIX-2: amount: write the amount as text with its currency, like 'USD 19.99'",
        "F:3: MIX-3: unknown key 'surprise'; is it a typing mistake?",
        "F:4: MIX-20: invoice MIX-20 stands on lines 4, 25; if they are to be added up, say --lines",
        "F:5: MIX-4: EUR 5.00 is not in USD, the currency of the policy a-small-orange",
        "F:6: MIX-5: ",
        "F:7: MIX-6: due: ",
        "F:8: MIX-7: zone: 'Mars' is not a time zone",
        "F:9: MIX-8: emails[0]: ",
        "F:10: MIX-9: locale: 'xx_YY_ZZ' is not one",
        "F:11: bad:number: invoice: write 1 to 64 letters, digits, single spaces and",
        "F:12: MIX-10: amount USD 0.00 must be positive",
        "F:13: MIX-11: ",
        "F:14: MIX-13: amount: '1.000' is not an amount of USD: it has 2 decimal digits at most; if a",
        "F:15: MIX-14: amount: 'USD 1,000' is not an amount; write it like 'USD 19.99': a point before the cents",
        "F:16: MIX-15: amount: more than USD 9999999999.99, the most that an amount may be",
        "F:17: MIX-16: amount: write the amount as text with its currency",
        "F:18: MIX-17: amount: write the amount as text with its currency",
        "F:19: MIX-18: amount: write the amount as text with its currency",
        "F:20: MIX-19: amount: 'UDS' is not a currency of ISO 4217",
        "F:21: is not JSON: ",
        "F:22: is not a JSON object",
        "F:25: MIX-20: invoice MIX-20 stands on lines 4, 25; if",
    )
    assert len(told) == len(reasons)
    for line, reason in zip(told, reasons, strict=True):
        assert line.startswith(reason)


async def test_a_row_whose_case_cannot_start_is_told_leaves_nothing_and_stops_no_other(
    a_stage: Stage, operate: Operate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(new_invoice, "LARGEST", 10**9)
    rows = [row("LARGE-1"), row("LARGE-2", renews="x" * 2_500_000), *(row(f"LARGE-{n}") for n in range(3, 30))]
    said = await operate("start", "-", stdin=lines(*rows))
    assert (said.status, said.out) == (2, "28 started, 0 already running, 0 already closed, 1 bad, 0 failed\n")
    assert said.err.startswith("standard input:2: LARGE-2: it cannot be started: Temporal refuses its case: ")
    assert await a_stage.store.invoice("LARGE-2") is None
    with pytest.raises(LookupError):
        await a_stage.store.account("LARGE-2-account")


@pytest.mark.parametrize("due", [1764547200, "1764547200", "20261201", "2026-12-01T00:00:00", "\u0662026-12-01", True])
async def test_a_date_is_never_read_from_mere_digits(offline: Operate, due: object):
    """They would be seconds since 1970: some day long ago, on which everything would be late."""
    said = await offline("start", "-", stdin=lines(row("DIGITS-1", due=due), row("DIGITS-2", paid_through=due)))
    assert said.status == 2
    assert said.err.splitlines() == [
        "standard input:1: DIGITS-1: due: must be a date, like 2026-12-01",
        "standard input:2: DIGITS-2: paid_through: must be a date, like 2026-12-01",
    ]


async def test_a_policy_with_a_nul_in_its_name_is_refused(offline: Operate):
    said = await offline("start", "-", stdin=lines(row("NUL-1", policy="a\0b")))
    assert (said.status, "NUL-1: policy: has a control character (U+0000)" in said.err) == (2, True)


async def test_strict_starts_none_when_one_row_is_bad(a_stage: Stage, operate: Operate):
    said = await operate("start", "-", "--strict", stdin=lines(row("STRICT-1"), row("STRICT-2", amount="x")))
    assert (said.status, said.out[:10]) == (2, "0 started,")
    assert "standard input:2: STRICT-2: amount: 'x' is not an amount" in said.err
    assert "1 good row(s) were not started" in said.err
    assert await a_stage.store.invoice("STRICT-1") is None


CSV = """\
invoice,account,customer,email,amount,due,policy,zone,user,domain,kind,story
CSV-1,csv-shop,"Pizza, Pasta",a@x.example; b@y.example,USD 20,{due},hotdoodle,Europe/Berlin,pizza,pizza.example,,notes
CSV-2,csv-shop,,c@z.example,USD 20,{due},hotdoodle,,pasta,,email,
"""


async def test_csv_rows_of_one_account_add_their_services(a_stage: Stage, operate: Operate, tmp_path: Path):
    file = tmp_path / "in.csv"
    file.write_text("\ufeff" + CSV.format(due=in_days(60)))
    assert (await operate("start", str(file))).status == 0
    account = await a_stage.store.account("csv-shop")
    assert [(s.user, s.kind, s.domain) for s in account.services] == [
        ("pizza", "website", "pizza.example"),
        ("pasta", "email", ""),
    ]
    assert [contact.email for contact in account.contacts] == ["a@x.example", "b@y.example", "c@z.example"]
    assert (account.name, account.zone) == ("Pizza, Pasta", "Europe/Berlin")


STDIN = {
    "LIST": json.dumps([row("LIST"), row("LIST-B")], indent=1),
    "OBJECT": json.dumps(row("OBJECT"), indent=1),
    "LINES": lines(row("LINES"), row("LINES-B")),
    "SHEET": f"invoice,account,amount,due,policy\nSHEET,sheet,USD 1,{in_days(60)},hotdoodle\n",
}


@pytest.mark.parametrize("form", STDIN)
async def test_standard_input_is_recognised(operate: Operate, form: str):
    said = await operate("start", "-", "--json", stdin=STDIN[form])
    assert (said.status, said.err) == (0, "")
    assert form in said.json["started"]


async def test_an_element_of_a_json_list_is_named_by_its_line(offline: Operate, tmp_path: Path):
    file = tmp_path / "in.json"
    file.write_text('[\n  {"invoice": "A"},\n\n  {"invoice": "B",\n   "x": 1}, 7]')
    said = await offline("start", str(file), "--json")
    assert [(bad["line"], bad["invoice"]) for bad in said.json["bad"]] == [(2, "A"), (4, "B"), (5, "")]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.json", b'[{"invoice": 1},\n oops]', "a.json: line 2, column 2: not JSON"),
        ("a.json", b"[" * 100_000, "a.json: not JSON"),
        ("a.csv", b"invoice,colour\nA,red\n", "a.csv: line 1: unknown column 'colour'; columns are invoice, account,"),
        ("a.csv", b"invoice,invoice\nA,B\n", "a.csv: line 1: column 'invoice' stands there twice"),
        ("a.csv", b'invoice\n"A\n', "a.csv: line 2: not CSV"),
        ("a.csv", b"invoice\nA,B\n", "a.csv:2: A: has more cells than the first line has columns"),
        ("a.csv", b"invoice,domain\nA,x.example\n", "services[0].user: is missing"),
        ("a.jsonl", b"\xff\xfe", "a.jsonl is not UTF-8 text"),
    ],
)
async def test_files_that_make_no_sense_are_refused(
    offline: Operate, tmp_path: Path, name: str, content: bytes, text: str
):
    (tmp_path / name).write_bytes(content)
    said = await offline("start", str(tmp_path / name))
    assert said.status == 2
    assert text in said.err
    assert "Traceback" not in said.err


async def test_a_missing_file_is_named(offline: Operate):
    said = await offline("start", "/no/such.csv")
    assert said == (2, "", "starter: /no/such.csv cannot be read: No such file or directory\n")


async def test_a_list_without_invoices_is_nothing_to_do(offline: Operate):
    assert (await offline("start", "-", stdin="[]")).status == 0


async def test_without_a_server_the_address_is_named(offline: Operate):
    said = await offline("start", "-", stdin=lines(row("DOWN-1")))
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        "starter: no Temporal server answers at 127.0.0.1:1: Connection refused; "
        "start it, or correct TEMPORAL_ADDRESS, and run the same command again: it is safe to repeat\n"
    )


async def test_an_interrupted_start_says_so(offline: Operate, monkeypatch: pytest.MonkeyPatch):
    def interrupted(file: str) -> str:
        raise KeyboardInterrupt(file)

    monkeypatch.setattr("cli.files.rows._text", interrupted)
    assert await offline("start", "x.csv") == (130, "", "starter: interrupted\n")


async def test_a_reader_that_has_enough_is_no_error_to_talk_about():
    reading, writing = os.pipe()
    os.close(reading)
    words = (sys.executable, "starter.py", "policies", "--json")
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, stdout=writing, stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    os.close(writing)
    _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"")


@pytest.mark.parametrize(("rows", "terminal", "shown"), [(500, True, True), (500, False, False), (5, True, False)])
def test_progress_is_shown_for_long_files_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, rows: int, terminal: bool, shown: bool
):
    screen = Screen(terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with counting(rows, "starting") as tick:
        for _ in range(rows):
            tick()
    assert (f"{rows}/{rows}" in screen.getvalue()) is shown


class Screen(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal
