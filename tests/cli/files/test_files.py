"""Files as people have them: what is read as it was meant, and what is refused with line and reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.files.file_row import FileRow
from cli.files.rows import IGNORED, read_rows
from cli.files.sheets import COLUMNS
from cli.files.ways_of_writing import WaysOfWriting
from cli.shell.errors import BadInputError
from dunning.names import workflow_id
from operations.invoices.new_invoice import NewInvoice, NewService
from sandbox.stage.stage import Stage
from tests.cli.command import ROOT, Operate, in_days, lines, row

MEANT = {
    "invoice": "F-1",
    "amount": "USD 5",
    "paid_through": "2026-12-31",
    "emails": ["a@x.example", "b@x.example"],
    "services": [{"panel": "whm-1", "user": "ann", "probe": "https://ann.example/"}],
}


NAMES = "invoice,amount,paid_through,email,user,panel,probe"
CELLS = "F-1,USD 5,2026-12-31,a@x.example;b@x.example,ann,whm-1,https://ann.example/"
QUOTED = CELLS.replace("a@x.example;b@x.example", '"a@x.example;b@x.example"').replace(",", ";")
TABLES = {
    "commas": f"{NAMES}\n{CELLS}\n",
    "semicolons, capitals, another order, a mark": "\ufeffPROBE;Panel;user;EMAIL;Paid Through;Amount;Invoice\n"
    'https://ann.example/;whm-1;ann;"a@x.example; b@x.example";2026-12-31;USD 5;F-1\n',
    "tabs, no end": f"{NAMES}\n{CELLS}".replace(",", "\t").replace("paid_through", "Paid-Through"),
    "a spreadsheet's first line, empty lines": f"sep=;\r\n{NAMES.replace(',', ';')}\r\n\r\n{QUOTED}\r\n;;;;;;\r\n",
    "an empty last column": f"{NAMES},\n{CELLS},\n",
    "empty last cells": f"{NAMES}\n{CELLS},,\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_is_read_as_it_was_meant(tmp_path: Path, text: str) -> None:
    file = tmp_path / "in.txt"
    file.write_text(text, newline="")
    (read,) = read_rows(str(file))
    assert isinstance(read, FileRow)
    assert read.values == MEANT


async def test_a_table_names_panel_probe_site_locale_and_zone(a_stage: Stage, operate: Operate, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(
        "Invoice;Account;Amount;Due;Policy;Locale;Zone;Panel;User;Domain;Site;Probe;\n"
        f"FIL-1;fil-a;USD 20;{in_days(60)};hotdoodle;de-de;Europe/Berlin;sandbox;fil;"
        "https://WWW.Fil.example/shop?x=1;https://fil.example/hook;https://fil.example/;\n"
    )
    said = await operate("start", str(file))
    assert (said.status, said.err) == (0, "")
    account = await a_stage.store.account("fil-a")
    assert (account.locale, account.zone) == ("de_DE", "Europe/Berlin")
    (service,) = account.services
    assert (service.id, service.domain) == ("sandbox:fil:website", "www.fil.example")
    assert (service.site, service.probe) == ("https://fil.example/hook", "https://fil.example/")


UNKNOWN = "there is no panel 'wmh-1' in the settings"


async def test_a_service_without_a_panel_is_on_the_only_one_unless_the_stand_in_is_there(
    a_stage: Stage, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = {"kind": "whm", "url": "https://whm.example:2087", "user": "root", "secret": "x"}
    monkeypatch.setenv("REPRIEVE_PANELS", json.dumps({"whm-1": one}))
    only = lines(row("FIL-2", services=[{"user": "two"}]))
    assert (await operate("start", "-", stdin=only)).status == 0
    assert (await a_stage.store.account("FIL-2-account")).services[0].id == "whm-1:two:website"
    monkeypatch.setenv("REPRIEVE_PANELS", json.dumps({"whm-1": one, "whm-2": one}))
    several = lines(
        row("FIL-3", services=[{"user": "three"}]), row("FIL-4", services=[{"user": "four", "panel": "wmh-1"}])
    )
    said = await operate("start", "-", stdin=several)
    assert (said.status, said.err.splitlines()) == (
        2,
        [
            "standard input:1: FIL-3: services[0].panel: is missing; panels: whm-1, whm-2",
            f"standard input:2: FIL-4: services[0].panel: {UNKNOWN}; panels: whm-1, whm-2",
        ],
    )
    said = await operate("start", "-", "--panel", "whm-2", stdin=lines(row("FIL-3", services=[{"user": "three"}])))
    assert said.status == 0
    assert (await a_stage.store.account("FIL-3-account")).services[0].id == "whm-2:three:website"


MAIL = "emails[0]: must be a mail address and nothing else, like ada@bakery.example"
USER = "services[0].user: must be one word of up to 100 characters"
DOMAIN = "services[0].domain: must be a domain, like bakery.example"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        *(
            ({"emails": [wrong]}, MAIL)
            for wrong in (
                "ann@post.example,", "<ann@post.example>", "Ann <ann@post.example>", "ann@post", "ann@@post.example",
                "ann@post..example", "ann@-post.example", "ann.@post.example", ".ann@post.example", "a nn@x.example",
                "ann@post.example.", "ann@post.example; bob@post.example", "ann@127.0.0.1", f"{'a' * 65}@post.example",
                "mailto:ann@post.example", "", "@post.example", 7,
            )
        ),
        *(({"services": [{"user": wrong}]}, USER) for wrong in ("ann;rm", "an n", "a:b", "a,b", "", "x" * 101, 7)),
        *(
            ({"services": [{"user": "ann", "domain": wrong}]}, DOMAIN)
            for wrong in ("ann example", "ann@post.example", "https://", "a..b", "-ann.example", "a,b", "x" * 300, 7)
        ),
        ({"services": [{"user": "ann\x07"}]}, "services[0].user: has a control character (U+0007)"),
        ({"customer": "An\0n"}, "customer: has a control character (U+0000)"),
        ({"customer": "Ann\nBcc: x@y.example"}, "customer: has a control character (U+000A)"),
        ({"services": [{"user": "ann", "aliases": ["https://a b"]}]}, "services[0].aliases[0]: must be a domain"),
        ({"services": [{"user": "ann", "panel": "nowhere"}]}, "services[0].panel: there is no panel 'nowhere'"),
        *(({"due": wrong}, "due: must be a date, like 2026-12-01") for wrong in ("0", "86400", 0, 86400, 20261201)),
        *(({"due": wrong}, f"due: {wrong} is more than 10 years away") for wrong in ("1970-01-01", "2062-01-01")),
        ({"paid_through": "1970-01-02"}, "paid_through: 1970-01-02 is more than 10 years away"),
        *(
            ({"policy": wrong}, f"policy: there is no policy {wrong!r} in the policies' folder; policies: a-small-o")
            for wrong in ("policies/hotdoodle.toml", "../policies/hotdoodle", "hotdoodle.toml")
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_is_refused(offline: Operate, more: dict[str, Any], reason: str) -> None:
    said = await offline("start", "-", stdin=lines(row("FIL-5", **more)))
    assert (said.status, said.err.splitlines()[0][: len(reason) + 25]) == (2, f"standard input:1: FIL-5: {reason}")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    ["ann@post.example", " o'brien+x=1@mail.post.example ", "a@b.co", f"{'a' * 64}@post.example", "1@2.example"],
)
def test_a_mail_address_is_taken(address: str) -> None:
    assert NewInvoice.model_validate(row("A", emails=[address])).emails == (address.strip(),)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Bakery.example/shop?x", "bakery.example"),
        ("http://bakery.example:8080", "bakery.example"),
        ("//bakery.example/", "bakery.example"),
        ("bakery.example/shop", "bakery.example"),
        (" bakery.example. ", "bakery.example"),
        ("b\u00e4ckerei.example", "b\u00e4ckerei.example"),
        ("", ""),
    ],
)
def test_a_domain_is_the_host_of_what_was_written(written: str, kept: str) -> None:
    assert NewService(user="x", domain=written, aliases=(written,)) == NewService(
        user="x", domain=kept, aliases=(kept,)
    )
    assert NewService(user="x", domain=written).domain == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [("en-US", "en_US"), ("en_us", "en_US"), ("DE", "de"), ("zh-hans-cn", "zh_Hans_CN"), (" de_DE ", "de_DE")],
)
def test_a_locale_is_written_in_one_way(written: str, kept: str) -> None:
    assert NewInvoice.model_validate(row("A", locale=written)).locale == kept


@pytest.mark.parametrize(
    ("ways", "written", "read"),
    [
        (WaysOfWriting("DD.MM.YYYY"), {"due": "1.12.2026"}, {"due": "2026-12-01"}),
        (WaysOfWriting("DD.MM.YYYY"), {"paid_through": "31.12.2026"}, {"paid_through": "2026-12-31"}),
        (WaysOfWriting("MM/DD/YYYY"), {"due": "12/01/2026"}, {"due": "2026-12-01"}),
        (WaysOfWriting("yyyy-dd-mm"), {"due": "2026-01-12"}, {"due": "2026-12-01"}),
        (WaysOfWriting(decimal_comma=True), {"amount": "1,99 EUR", "due": "1,2"}, {"amount": "1.99 EUR", "due": "1,2"}),
        (WaysOfWriting(decimal_comma=True), {"amount": "EUR 20"}, {"amount": "EUR 20"}),
        (WaysOfWriting(), {"amount": "19,99 EUR", "due": "1.12.2026"}, {"amount": "19,99 EUR", "due": "1.12.2026"}),
    ],
)  # fmt: skip
def test_another_way_of_writing_is_read_once_it_is_said(
    ways: WaysOfWriting, written: dict[str, Any], read: dict[str, Any]
) -> None:
    assert ways.read(FileRow(2, written)) == FileRow(2, read)


@pytest.mark.parametrize(
    ("options", "more", "reason"),
    [
        (("--dates", "DD.MM.YYYY"), {"due": "2026-12-01"}, "due: must be a date as --dates says, DD.MM.YYYY"),
        (("--dates", "DD.MM.YYYY"), {"due": "12/31/2026"}, "due: must be a date as --dates says, DD.MM.YYYY"),
        (("--dates", "DD.MM.YYYY"), {"due": "31.02.2026"}, "due: must be a date, like 2026-12-01"),
        ((), {"due": "31.12.2026"}, "due: must be a date, like 2026-12-01"),
        (("--decimal-comma",), {"amount": "USD 19.99"}, "amount: with --decimal-comma write it like 'USD 19,99'"),
        (("--decimal-comma",), {"amount": "USD 1,234,56"}, "amount: with --decimal-comma write it like 'USD 19,99'"),
        ((), {"amount": "USD 19,99"}, "amount: 'USD 19,99' is not an amount"),
    ],
)
async def test_nothing_is_guessed_of_another_way_of_writing(
    offline: Operate, options: tuple[str, ...], more: dict[str, Any], reason: str
) -> None:
    said = await offline("start", "-", *options, stdin=lines(row("FIL-6", **more)))
    assert (said.status, f"FIL-6: {reason}" in said.err) == (2, True)


def test_a_date_for_all_rows_is_written_as_those_of_the_file_or_as_we_write_it() -> None:
    german = WaysOfWriting(dates="DD.MM.YYYY")
    assert [german.day("--moved-in", each) for each in ("1.12.2026", "2026-12-01", "")] == ["2026-12-01"] * 2 + [""]
    assert WaysOfWriting().day("--moved-in", "1.12.2026") == "1.12.2026", "refused later, as any row's is"
    with pytest.raises(BadInputError, match=r"--moved-in: must be a date as --dates says, DD\.MM\.YYYY"):
        german.day("--moved-in", "12/31/2026")


@pytest.mark.parametrize("form", ["DD.MM", "DD.MM.YY", "DD.DD.YYYY", "DD.MM/YYYY", "%d.%m.%Y"])
async def test_a_form_of_dates_that_is_none_is_told(offline: Operate, form: str) -> None:
    said = await offline("start", "-", "--dates", form, stdin=lines(row("FIL-7")))
    assert said == (2, "", f"starter: --dates: {form!r} is no form of dates; write it like DD.MM.YYYY or MM/DD/YYYY\n")


async def test_an_empty_file_is_refused(offline: Operate, tmp_path: Path) -> None:
    for content in (b"", b" \n", b"\xef\xbb\xbf"):
        (tmp_path / "in.csv").write_bytes(content)
        said = await offline("start", str(tmp_path / "in.csv"))
        assert said == (2, "", f"starter: {tmp_path / 'in.csv'} is empty\n")


async def test_rows_of_one_invoice_are_all_refused(offline: Operate) -> None:
    rows = [row("FIL-8"), row("FIL-9", amount="x"), row("FIL-8"), row("FIL-9")]
    said = await offline("start", "-", stdin=lines(*rows))
    several = "if they are to be added up, say --lines"
    assert said.err.splitlines() == [
        f"standard input:1: FIL-8: invoice FIL-8 stands on lines 1, 3; {several}",
        f"standard input:2: FIL-9: invoice FIL-9 stands on lines 2, 4; {several}",
        f"standard input:3: FIL-8: invoice FIL-8 stands on lines 1, 3; {several}",
        f"standard input:4: FIL-9: invoice FIL-9 stands on lines 2, 4; {several}",
    ]


async def test_lines_of_an_invoice_are_added_up_when_the_command_says_so(a_stage: Stage, operate: Operate) -> None:
    rows = [
        row("FIL-10", amount="USD 10.01", emails=["a@x.example"], services=[{"user": "ten"}]),
        row("FIL-11"),
        row("FIL-10", amount="USD -2.50", emails=["a@x.example", "b@x.example"], customer="Ten"),
    ]
    said = await operate("start", "-", "--lines", stdin=lines(*rows))
    assert (said.status, said.out[:10]) == (0, "2 started,")
    assert (await operate("show", "FIL-10", "--json")).json["invoice"]["amount"] == {"minor": 751, "currency": "USD"}
    account = await a_stage.store.account("FIL-10-account")
    assert (account.name, [each.email for each in account.contacts]) == ("Ten", ["a@x.example", "b@x.example"])


async def test_an_invoice_keeps_what_its_lines_say(operate: Operate, tmp_path: Path) -> None:
    file, day = tmp_path / "lines.csv", in_days(60)
    rows = [("Web", "19,99"), ("Web", "19,99"), ("Discount", "-5")]
    body = [f"FIL-30;fil-30;{line};USD {amount};{day};hotdoodle" for line, amount in rows]
    file.write_text("\n".join(["invoice;account;line;amount;due;policy", *body]))
    ours = ("start", str(file), "--lines", "--decimal-comma")
    assert (await operate(*ours)).status == 0
    shown = (await operate("show", "FIL-30")).out
    assert shown.count("line     Web: USD 19.99") == 2
    assert "line     Discount: USD -5.00" in shown
    assert "balance  USD 34.98" in shown
    assert (await operate(*ours)).err == ""
    file.write_text(file.read_text().replace("Discount", "Rebate"))
    assert "FIL-30: differs: lines; what is known stays" in (await operate(*ours)).err


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([{"text": "Web", "amount": "USD 19"}], "lines: they come to USD 19.00, and the amount is USD 19.99"),
        ([{"text": " ", "amount": "USD 19.99"}], "lines[0].text: may not be empty"),
        (
            [{"text": "Web", "amount": "EUR 19.99"}, {"text": "Mail", "amount": "USD 1"}],
            "all have to be in one currency",
        ),
    ],
)
async def test_lines_that_are_not_what_is_asked_for_are_refused(
    offline: Operate, given: list[dict[str, str]], reason: str
) -> None:
    said = await offline("start", "-", stdin=lines(row("FIL-31", lines=given)))
    assert (said.status, reason in said.err) == (2, True), said
    mixed = await offline("start", "-", "--lines", stdin=lines(row("FIL-31", line="Web"), row("FIL-31")))
    assert "some say in `line` what is paid for, and some do not" in mixed.err


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"due": str(in_days(61))}, "lines 1, 2 of invoice FIL-12 cannot be added up: they differ in due"),
        ({"account": "else"}, "lines 1, 2 of invoice FIL-12 cannot be added up: they differ in account"),
        ({"amount": "EUR 5"}, "lines 1, 2 of invoice FIL-12 cannot be added up: USD 19.99 and EUR 5.00 are different"),
        ({"amount": "x"}, "lines 1, 2 of invoice FIL-12 cannot be added up: 'x' is not an amount"),
        ({"amount": 5}, "lines 1, 2 of invoice FIL-12 cannot be added up: each needs an amount"),
    ],
)
async def test_lines_that_are_not_of_one_invoice_are_all_refused(
    offline: Operate, more: dict[str, Any], reason: str
) -> None:
    said = await offline("start", "-", "--lines", stdin=lines(row("FIL-12"), row("FIL-12") | more))
    assert (said.status, len(said.err.splitlines())) == (2, 2)
    assert all(f"FIL-12: {reason}" in line for line in said.err.splitlines())


async def test_an_invoice_with_a_line_that_cannot_be_read_is_not_started_in_part(offline: Operate) -> None:
    head = "invoice,account,amount,due,policy"
    line = f"FIL-13,a,USD 5,{in_days(60)},hotdoodle"
    said = await offline("start", "-", "--lines", stdin=f"{head}\n{line}\n{line},more\n")
    assert said.err.splitlines() == [
        "standard input:2: FIL-13: another line of it is bad",
        "standard input:3: FIL-13: has more cells than the first line has columns",
    ]


def test_the_documented_table_is_complete() -> None:
    text = (ROOT / "docs" / "files.md").read_text()
    table = [[cell.strip() for cell in each.split("|")[1:-1]] for each in text.splitlines() if each.startswith("| `")]
    columns = {cells[0].strip("`"): cells[1].strip("`") for cells in table if len(cells) == 4}
    assert sorted(columns) == sorted((*COLUMNS, IGNORED))
    keys = {name for name in NewInvoice.model_fields if name != "services"}
    keys |= {f"services[].{name}" for name in NewService.model_fields}
    assert sorted(columns.values()) == sorted((*keys, IGNORED))
    needed = {name for name, field in NewInvoice.model_fields.items() if field.is_required()}
    assert {cells[1].strip("`") for cells in table if cells[2:3] == ["needed"]} == needed


STAYS = "what is known stays, addresses and services are added"


async def test_a_row_that_differs_from_what_is_known_says_so_and_adds_at_most(a_stage: Stage, operate: Operate) -> None:
    known: dict[str, Any] = {"customer": "Fourteen", "emails": ["a@x.example"]}
    known |= {"services": [{"user": "fil14", "domain": "shop.example"}]}
    assert (await operate("start", "-", stdin=lines(row("FIL-14", **known)))).err == ""
    again = await operate("start", "-", "--json", stdin=lines(row("FIL-14", **known)))
    assert again.json["differing"] == []
    other: dict[str, Any] = {
        "amount": "USD 21", "due": str(in_days(61)), "policy": "hotdoodle", "emails": ["b@x.example"],
        "zone": "Asia/Tokyo", "services": [{"user": "fil14", "domain": "blog.example"}], "locale": "de_DE",
        "paid_through": str(in_days(70)),
    }  # fmt: skip
    before = await a_stage.store.account("FIL-14-account")
    differing = "email, amount, due, policy, zone, locale, paid_through, services"
    rows = lines(row("FIL-14", **other), row("FIL-15", "FIL-14-account", customer="Other", emails=["c@x.example"]))
    said = await operate("start", "-", stdin=rows)
    assert (said.status, said.out[:28]) == (0, "1 started, 1 already running")
    assert said.err.splitlines() == [
        f"standard input:1: FIL-14: differs: {differing}; {STAYS}",
        f"standard input:2: FIL-15: differs: customer; {STAYS}",
    ]
    after = await a_stage.store.account("FIL-14-account")
    assert (after.services, after.zone, after.locale) == (before.services, before.zone, before.locale)
    assert [each.email for each in after.contacts] == ["a@x.example", "b@x.example", "c@x.example"]
    shown = (await operate("show", "FIL-14", "--json")).json["invoice"]
    assert (shown["amount"]["minor"], shown["due"]) == (1999, str(in_days(60)))
    await operate("pay", "FIL-14", "--amount", "19.99", "--id", "fil-14")
    await (await a_stage.connect()).get_workflow_handle(workflow_id("FIL-14")).result()
    closed = await operate("start", "-", "--json", stdin=lines(row("FIL-14", amount="USD 22")))
    assert closed.json["differing"] == [{"place": 1, "invoice": "FIL-14", "differs": ["amount"]}]


async def test_an_invoice_of_another_account_is_refused_and_makes_no_account(a_stage: Stage, operate: Operate) -> None:
    assert (await operate("start", "-", stdin=lines(row("FIL-16")))).status == 0
    said = await operate("start", "-", stdin=lines(row("FIL-16", "somebody-else")))
    assert said.err == (
        "standard input:1: FIL-16: differs: account; it is an invoice of the account 'FIL-16-account'\n"
    )
    assert said.status == 2
    with pytest.raises(LookupError):
        await a_stage.store.account("somebody-else")
