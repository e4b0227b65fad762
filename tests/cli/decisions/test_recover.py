"""`recover` as an operator types it, and what `show`, `list` and `cases rebuild` say of a dead case before."""

import asyncio

from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row

ACCOUNT = "dead-cli-acct"
WHO = ("--by", "ana", "--reason", "a slip")


async def died(a_stage: Stage, operate: Operate, *numbers: str) -> None:
    rows = [row(number, ACCOUNT) for number in numbers]
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0
    client = await a_stage.connect()
    for number in numbers:
        await client.get_workflow_handle(workflow_id(number)).terminate()


async def listed(operate: Operate) -> list[tuple[str, str, str]]:
    said = await operate("list", "--state", "dead", "--account", ACCOUNT, "--json")
    return [(each["invoice"], each["state"], each["status"]) for each in said.json]


async def test_a_dead_case_is_told_everywhere_and_goes_on_when_a_person_says_so(a_stage: Stage, operate: Operate):
    await died(a_stage, operate, "CLI-DEAD-1", "CLI-DEAD-2")
    said = await operate("show", "CLI-DEAD-1")
    assert (said.status, "state    scheduled" in said.out) == (0, True)
    assert "CLI-DEAD-1: the server has ended this case before its time (terminated)." in said.err
    assert "starter.py recover CLI-DEAD-1" in said.err
    assert (await operate("show", "CLI-DEAD-1", "--json")).json["died"] == "terminated"

    async with asyncio.timeout(30):  # Temporal's list follows a moment later
        while len(await listed(operate)) < 2:
            said = await operate("cases", "rebuild")
    assert "case(s) are dead: `starter.py list --state dead`, then `recover`." in said.out
    assert await listed(operate) == [("CLI-DEAD-1", "dead", "terminated"), ("CLI-DEAD-2", "dead", "terminated")]

    both = ("recover", "CLI-DEAD-1", "CLI-DEAD-2", *WHO)
    said = await operate(*both)  # nobody is at the keyboard here
    assert (said.status, said.out) == (2, "")
    assert "--yes: 2 cases go on: CLI-DEAD-1, CLI-DEAD-2; nobody can be asked here" in said.err
    assert len(await listed(operate)) == 2

    said = await operate(*both, "--yes")
    assert (said.status, said.err) == (0, "")
    assert said.out == "CLI-DEAD-1: goes on (terminated before)\nCLI-DEAD-2: goes on (terminated before)\n"
    assert await listed(operate) == []
    said = await operate("show", "CLI-DEAD-2")
    assert (said.status, said.err) == (0, "")
    assert "taken up again by ana (a slip): the server had ended it (terminated)" in " ".join(said.out.split())


async def test_what_cannot_be_recovered_is_said_and_does_not_stop_the_others(a_stage: Stage, operate: Operate):
    await died(a_stage, operate, "CLI-DEAD-3")
    said = await operate("recover", "NEVER-WAS", "CLI-DEAD-3", *WHO, "--yes")
    assert said.status == 2
    assert said.err == "NEVER-WAS: there is no such invoice\n"
    assert said.out == "CLI-DEAD-3: goes on (terminated before)\n"
    said = await operate("recover", "CLI-DEAD-3", *WHO)
    assert said == (0, "CLI-DEAD-3: goes on already (terminated before)\n", "")
    said = await operate("recover", "CLI-DEAD-3", "--by", "ben", "--reason", "another slip")
    assert (said.status, said.out) == (2, "nothing was done\n")
    assert said.err == "CLI-DEAD-3: its case runs: there is nothing to recover\n"


async def test_what_makes_no_sense_is_refused(operate: Operate):
    for words, why in (
        (("--all", "INV-1", *WHO), "name invoices, or say --all"),
        (WHO, "name invoices, or say --all"),
        (("INV-1", "--by", "ana"), "--reason"),
    ):
        said = await operate("recover", *words)
        assert (said.status, said.out) == (2, "")
        assert why in said.err
    said = await operate("list", "--temporal", "--state", "dead")
    assert (said.status, said.out) == (2, "")
