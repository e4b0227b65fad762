"""Files of invoices, which other systems write: CSV, JSON, JSON lines."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from cli.files.checked import checked
from cli.files.file_row import Bad
from cli.files.rows import read_rows
from cli.shell.errors import BadInputError
from tests.fuzz.target import Check, Target

_SUFFIXES = ("", ".csv", ".json", ".jsonl")


@contextmanager
def _opened() -> Generator[Check]:
    policy = load_policy("a-small-orange", ROOT / "policies")
    with tempfile.TemporaryDirectory() as folder:

        def check(data: bytes) -> None:
            first, rest = data[:1], data[1:]
            file = Path(folder) / f"rows{_SUFFIXES[first[0] % len(_SUFFIXES) if first else 0]}"
            file.write_bytes(rest)
            try:
                rows = list(read_rows(str(file)))
            except BadInputError as error:
                said = str(error)
                assert len(said) < 2_000 + len(rest)
                return
            for lines in (False, True):
                good, bad = checked(rows, lambda _: policy, lines=lines)
                assert len(good) + len(bad) <= len(rows)
                assert all(isinstance(each, Bad) and each.reason for each in bad)
                assert all(each.new.amount.minor > 0 for each in good)

        yield check


_CSV = (
    b"\x00invoice,account,customer,email,amount,due,policy\n"
    b"INV-1,acct,Ada,a@b.example;c@d.example,USD 19.99,2026-12-01,hotdoodle\n"
)
_SHEET = (
    b"\x01sep=;\r\nInvoice;Account;Amount;Due;Panel;User;Domain;Aliases;Line\r\n"
    b'INV-1;"ac;ct";USD 5.00;2026-12-01;sandbox;u;x.example;y.example;"Web ""x"""\r\n'
)
_JSON = (
    b'\x02[{"invoice": "INV-1", "account": "a", "amount": "EUR 1.00", "due": "2026-12-01", "policy": "hotdoodle",\n'
    b'"lines": [{"text": "Web", "amount": "EUR 1.00"}], "services": [{"user": "u"}], "emails": ["a@b.example"]}]'
)
_LINES = b'\x03{"invoice": "INV-1", "account": "a", "amount": "JPY 100", "due": "2026-12-01"}\n{"invoice": "INV-2"}\n'
FILES = Target(
    _opened,
    (_CSV, _SHEET, _JSON, _LINES),
    (
        b'"invoice":', b'"amount":', b'"due":', b'"lines":', b'"services":', b'"emails":', b'"pays_for":',
        b'"moved_in":', b"USD ", b"KWD 1.000", b"USD 9999999999.99", b"2026-12-01", b"0001-01-01", b"9999-12-31",
        b"true", b"[[[[", b'""', b"\t", b"invoice", b"account", b"\r", b"line",
    ),
)  # fmt: skip
