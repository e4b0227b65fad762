"""`rehearse` as an operator types it."""

import json
import os
import subprocess
import sysconfig
import venv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cli.shell.options import now
from starter import main
from tests.cli.command import ROOT
from tests.e2e.processes import finish, start, until_none_left

COMMAND = ("starter.py", "rehearse")
TODAY = now().date()
DUE = str(TODAY + timedelta(days=28))  # 30 and more, and the card is looked at first; it may be yesterday in New York


def rehearse(*words: str) -> tuple[int, str, str]:
    process = start(*COMMAND, *words)
    result = finish(process)
    assert until_none_left(process.pid) == []
    return result


def test_it_tells_day_by_day_what_would_happen():
    options = ("--policy", "courtesy-5-10-35", "--due", DUE, "--zone", "Europe/Berlin", "--json")
    status, out, err = rehearse(*options, "--pay", "-5=4.99", "--pay", "12=50")
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert (told["outcome"], told["waits_for"], told["moved_days"]) == ("paid", None, 0)
    assert [(line["day"], line["what"], line["notice"], line["balance"], line["level"]) for line in told["lines"]] == [
        (-10, "invoice issued", "Courtesy Invoice", "USD 19.99", "active"),
        (-5, "USD 4.99 paid", None, "USD 15.00", "active"),
        (-5, "notice sent", "Payment Confirmation", "USD 15.00", "active"),
        (0, "charge declined (card_declined)", None, "USD 15.00", "active"),
        (0, "notice sent", "Payment Failed", "USD 15.00", "active"),
        (5, "charge declined (card_declined)", None, "USD 15.00", "active"),
        (5, "notice sent", "Payment Failed", "USD 15.00", "active"),
        (5, "late fee: USD 35.00", None, "USD 50.00", "active"),
        (10, "suspended", None, "USD 50.00", "suspended"),
        (10, "notice sent", "Invoice Reminder: Services Suspended", "USD 50.00", "suspended"),
        (12, "USD 50.00 paid", None, "USD 0.00", "suspended"),
        (12, "reinstated (active)", None, "USD 0.00", "active"),
        (12, "notice sent", "Payment Confirmation", "USD 0.00", "active"),
        (12, "books closed: paid", None, "USD 0.00", "active"),
    ]
    at = [datetime.fromisoformat(line["at"]) for line in told["lines"]]
    assert {f"{each:%H:%M}" for each in at} == {"09:00", "09:30"}
    assert {each.date() - timedelta(days=line["day"]) for each, line in zip(at, told["lines"], strict=True)} == {
        date.fromisoformat(DUE)
    }


def test_money_that_comes_after_the_end_is_told_on_its_own_day():
    options = ("--policy", "whmcs-default", "--due", DUE, "--json")
    status, out, err = rehearse(*options, "--pay", "-3=19.99", "--pay", "10=5.00", "--pay", "20=1.00")
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert told["outcome"] == "paid"
    late = [(line["day"], line["what"]) for line in told["lines"] if line["day"] > -3]
    assert late == [
        (10, "USD 5.00 paid: credited, with a Billing ticket"),
        (20, "USD 1.00 paid: credited, with a Billing ticket"),
    ]


def test_a_case_that_waits_for_a_person_ends_the_rehearsal():
    status, out, err = rehearse("--policy", "whmcs-default", "--due", DUE, "--amount", "USD 5")
    assert (status, err) == (0, "")
    assert out.startswith(f"whmcs-default · USD 5.00 · due {DUE} · times in America/New_York\n  day -14 · ")
    assert out.endswith("Still open; it waits for approval of terminate: 1 more approval(s) needed before terminate\n")


def test_a_charge_may_succeed_and_people_may_approve():
    status, out, err = rehearse("--policy", "whmcs-default", "--due", DUE, "--charge", "0", "--json")
    assert (status, err, json.loads(out)["outcome"]) == (0, "", "paid")
    status, out, err = rehearse("--policy", "whmcs-default", "--due", DUE, "--approve", "31=terminate", "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert (told["outcome"], told["lines"][-1]["level"]) == ("deleted", "deleted")


@pytest.mark.parametrize("command", [(*COMMAND, "--policy", "whmcs-default", "--due", DUE), ("-m", "sandbox.demo")])
def test_without_temporals_server_it_says_what_to_install(command: tuple[str, ...], tmp_path: Path):
    venv.create(tmp_path, symlinks=True)  # its interpreter sees our packages, but has no `temporal` beside it
    said = subprocess.run(
        [tmp_path / "bin" / "python", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert f"development server is missing ({tmp_path}/bin/temporal): it is the extra `server`" in said.stderr
    assert "`make setup` installs it" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--due", "2020-01-01"), "--due: 2020-01-01 is past"),
        (("--due", "soon"), "--due: 'soon' is not a date"),
        (("--due", DUE, "--pay", "12"), "--pay: '12' is not DAY=AMOUNT"),
        (
            ("--due", DUE, "--pay", "12=1.999"),
            "--pay: '1.999' is not an amount of USD: it has 2 decimal digits at most",
        ),
        (
            ("--due", DUE, "--pay", "12=1.000"),
            "--pay: '1.000' is not an amount of USD: it has 2 decimal digits at most",
        ),
        (("--due", DUE, "--pay", "١٢=1.00"), "--pay: '١٢=1.00' is not DAY=AMOUNT"),
        (("--due", DUE, "--pay", "12=-1.00"), "--pay: USD -1.00 must be positive"),
        (("--due", DUE, "--amount", "1,000.00"), "--amount: '1,000.00' is not an amount; write it like 'USD 19.99': a"),
        (("--due", DUE, "--amount", "-1.00"), "--amount: USD -1.00 must be positive"),
        (("--due", DUE, "--pay", "-99=1"), "--pay: day -99 is past"),
        (
            ("--due", DUE, "--pay", "5=JPY 500"),
            "--pay: JPY 500 is not in USD, the currency of the policy whmcs-default",
        ),
        (("--due", DUE, "--charge", "3"), "--charge: the policy whmcs-default charges nothing on day 3"),
        (("--due", DUE, "--approve", "terminate"), "--approve: 'terminate' is not DAY=STEP"),
        (("--due", DUE, "--approve", "3=lock"), "--approve: the policy whmcs-default asks for no approval of 'lock'"),
        (("--due", DUE, "--amount", "EUR 5"), "--amount: EUR 5.00 is not in USD"),
        (("--due", DUE, "--zone", "Mars"), "--zone: 'Mars' is not a time zone"),
    ],
)
def test_bad_input_is_refused_in_one_line(words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]):
    assert main(["rehearse", "--policy", "whmcs-default", *words]) == 2
    assert reason in capsys.readouterr().err
