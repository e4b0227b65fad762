"""The number of an invoice: kept as it is, and whole wherever it becomes part of something."""

import re
import shlex
from datetime import UTC, datetime

import pytest

from dunning.holds import Hold
from dunning.level import Level
from dunning.policy.invoice_number import invoice_number
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import charge_key, key, key_of_notice, notice_id, read, step, step_of
from dunning.tickets.fleet import cases_died
from operations.services.panel import is_of_staff, is_ours, tag_of
from tests.cli.command import ROOT

AT = datetime(2026, 12, 1, tzinfo=UTC)
WRITTEN = [
    "INV/2026 #7",
    "#1042",
    "RE 2026/08-0001",
    "A (B) & C+D",
    "7",
    "INV-1042",
    "a/b/c d",
    "INV -",
    "x" * 64,
    "x/help/1",
]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_number_is_whole_in_keys_names_of_steps_and_reasons_at_panels(number: str) -> None:
    assert invoice_number(number) == number
    assert step_of(key(number, "suspend:told")) == "suspend:told"
    assert key_of_notice(notice_id(key(number, "issue"), 0)) == f"{number}:issue"
    assert charge_key(number, "charge") == f"{number}:charge:1"
    assert read(step(StepKind.CONFIRM, number)).id == number
    tag = tag_of([Hold(account="a", source=number, level=Level.SUSPENDED, since=AT)])
    assert (is_ours(tag), is_of_staff(tag)) == (True, False)


@pytest.mark.parametrize("number", WRITTEN)
def test_a_command_that_people_copy_into_a_shell_has_the_whole_number(number: str) -> None:
    (line,) = [each for each in cases_died({number: "terminated"}, AT).body.splitlines() if "recover" in each]
    assert shlex.split(line, comments=True) == ["starter.py", "recover", number, "--by", "YOU", "--reason", "WHY"]


def test_no_command_names_an_invoice_in_another_way() -> None:
    """What is filled into `starter.py COMMAND ...` is a number as it is typed; other ids need no quotes."""
    named = re.compile(r"starter\.py [a-z]+ \{([^}]*)\}")
    places = ("cli", "operations", "dunning", "adapters", "portal", "activities", "workflows")
    filled = [
        each for place in places for file in (ROOT / place).rglob("*.py") for each in named.findall(file.read_text())
    ]
    others = {"account", "service.account", "order.subscription", "subscription.id", "each.id"}
    assert {each for each in filled if not each.startswith("typed(")} == others
    assert len(filled) > 5


@pytest.mark.parametrize(
    "number",
    [
        "", " ", "x" * 65, "6:7", "-7", ".7", "/7", " 7", "7 ", "7/", "a//b", "a  b", "a/../b", "a/./b", "a/.b", "a\tb",
        "a\nb", "a\0b", "7\n", "a'b", 'a"b', "a\\b", "a%2Fb", "a?b", "a,b", "a;b", "a<b", "\u00e4-7", "\u0667",
        "help", "back", "a/back", "a/method", "a/why", "abuse", "dmca", "tos", "manual",
    ],
)  # fmt: skip
def test_a_number_that_could_be_taken_for_something_else_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"no colon|means something else"):
        invoice_number(number)
