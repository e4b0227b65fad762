"""What a person gave reaches its case once, whatever dies in between: the command, or Temporal itself."""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import select

from adapters.store.tables import inbox
from composition import Composition
from dunning.case.ledger import Kind
from dunning.tickets.kind import TicketKind
from sandbox.stage.stage import Stage, stage
from tests.cli.command import ROOT, Operate, Said
from tests.operations.opening import opened, usd
from tests.server.payments.test_money_in import until_true

DIES = """
import os, signal, sys
from adapters.temporal.cases import TemporalCases
import starter

async def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

TemporalCases.tell = dies
sys.exit(starter.main(sys.argv[1:]))
"""
"""A command that is killed between keeping what was given and telling the case."""
WAIVED = ("waive", "KEPTC-2", "invoice", "--amount", "USD 5.00", "--by", "Ann", "--reason", "slow")


async def killed_in_between(words: Sequence[str], env: Mapping[str, str]) -> int | None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, *words, cwd=ROOT, env={**env})
    return await process.wait()


async def in_inbox(own: Stage, number: str) -> list[str]:
    its = select(inbox.c.outcome).where(inbox.c.invoice == number).order_by(inbox.c.at)
    return [row["outcome"] for row in await own.store._rows(its)]


async def entries(made: Composition, number: str) -> list[str]:
    return [f"{e.kind} {e.amount}" for e in (await made.cases.ask(number)).entries if e.kind is not Kind.INVOICE]


@pytest.mark.promise(9)
async def test_what_a_person_gave_is_delivered_once_after_a_kill_and_an_outage_of_temporal(
    typed: Operate,
) -> None:
    async with stage(database=True, portal=True) as own:
        made = own.made(await own.connect())
        for number in ("KEPTC-1", "KEPTC-2"):
            await opened(made, number)
        words = ("waive", "KEPTC-1", "invoice", "--amount", "USD 3.00", "--by", "Ann", "--reason", "slow")
        assert await killed_in_between(words, own.env) == -signal.SIGKILL
        assert (await in_inbox(own, "KEPTC-1"), await entries(made, "KEPTC-1")) == ([""], [])

        await own.server.kill()
        pay = ("pay", "KEPTC-2", "--amount", "USD 1", "--id", "bank-1")
        approve = ("approve", "KEPTC-2", "delete", "--by", "Ann")
        # It does not come back in a second.
        said = [await typed(own, *words, patience=1) for words in (WAIVED, WAIVED, pay, approve)]
        assert [_kept(each) for each in said] == [True] * 4
        assert await in_inbox(own, "KEPTC-2") == ["", "", ""], "the same waiver once"

        await own.server.start()
        made = own.made(await own.connect())
        await until_true(lambda: _handled(own, "KEPTC-1", ["waived"]))
        await until_true(lambda: _handled(own, "KEPTC-2", ["applied", "refused", "waived"]))
        assert await entries(made, "KEPTC-1") == ["waiver USD 3.00"]
        assert sorted(await entries(made, "KEPTC-2")) == ["payment USD 1.00", "waiver USD 5.00"]
        assert (await made.cases.ask("KEPTC-2")).balance == usd(1399)
        (ticket,) = [each for each in await own.store.tickets("") if each.kind is TicketKind.COMMAND_NOT_DONE]
        assert (ticket.invoice, ticket.subject) == ("KEPTC-2", "Not done for KEPTC-2: approval")
        assert "(milestone delete, by Ann)" in ticket.body
        assert "'delete' cannot be decided yet" in ticket.body


def _kept(said: Said) -> bool:
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1), said
    return "it is kept, and the portal brings it to its case" in said.err


async def _handled(own: Stage, number: str, wanted: list[str]) -> bool:
    return sorted(await in_inbox(own, number)) == wanted
