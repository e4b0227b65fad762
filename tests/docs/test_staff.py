"""The table of docs/staff.md is what the program does: which role may type which command."""

import re

from cli.shell.permissions import NEEDS
from dunning.staff.role import MAY, Permission, Role
from tests.cli.command import ROOT

ROWS = re.findall(r"^\| \*\*(.+?)\*\*: (.+?) \|(.+)\|$", (ROOT / "docs" / "staff.md").read_text(), re.MULTILINE)


def test_every_permission_has_a_row_with_the_roles_that_have_it() -> None:
    told = {what: [cell.strip() == "yes" for cell in cells.split("|")] for what, _, cells in ROWS}
    assert told == {needs.value: [needs in MAY[role] for role in Role] for needs in Permission}


def test_every_command_stands_in_the_row_of_what_it_takes_and_no_other_does() -> None:
    """Told by its whole name, or by its first word when all below it take the same; options aside."""
    told = {
        (words.partition(" --")[0], what) for what, commands, _ in ROWS for words in re.findall("`([^`]+)`", commands)
    }
    short = {(command.split()[0], needs.value) for command, needs in NEEDS.items()}
    whole = {(command, needs.value) for command, needs in NEEDS.items()}
    assert told <= short | whole
    for command, needs in whole:
        others = {of for name, of in short if name == command.split()[0]} - {needs}
        names = {command} if others else {command, command.split()[0]}
        assert {(name, needs) for name in names} & told, command
