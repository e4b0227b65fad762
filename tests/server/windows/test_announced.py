"""A window is announced to every customer once, whatever dies meanwhile, and who has a bill near it is asked to pay."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from dunning.calendar import local_date
from dunning.tickets.kind import TicketKind
from sandbox.stage.stage import Stage, stage
from tests.cli.command import ROOT, Operate, in_days, lines
from tests.server.payments.test_money_in import until_true

DIES = """
import os, signal, sys
from adapters.temporal.notice_starter import TemporalNotices
import starter

_, count, when, *words = sys.argv
left, real = int(count), TemporalNotices.send

async def dies(*args):
    global left
    left -= 1
    if left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    await real(*args)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

TemporalNotices.send = dies
sys.exit(starter.main(words))
"""
"""A command that is killed before or after its so many-th notice is ordered."""
POINTS = (("1", "before"), ("2", "after"), ("3", "before"), ("3", "after"))
ZONE, CUSTOMERS = "America/Los_Angeles", 8
NIGHT = in_days(20)
ID = f"{NIGHT}-2100"
HOURS = (
    "--from",
    f"{NIGHT} 21:00",
    "--until",
    f"{NIGHT} 23:00",
    "--zone",
    ZONE,
    "--reason",
    "New disks.",
    "--by",
    "ana",
)
ANNOUNCE = ("window", "announce", ID, "--write-to", "help@hosting.example", "--per-second", "500")


def email(number: int) -> str:
    return f"ann{number}@announced.example"


def customer(number: int, due: date, **more: Any) -> dict[str, Any]:
    facts = {"invoice": f"ANN-{number}", "account": f"ann-{number}", "emails": [email(number)], "amount": "USD 19.99"}
    return {**facts, "due": due.isoformat(), "policy": "a-small-orange", "services": [{"user": f"ann{number}"}], **more}


async def killed(point: tuple[str, str], env: Mapping[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, *point, *ANNOUNCE, cwd=ROOT, env={**env})
    return await process.wait()


async def mails(own: Stage, words: str) -> Counter[str]:
    """How many came to each address, of that subject."""
    books = await own.companies.mail.books()
    return Counter(
        {email(n): sum(m.copies for m in books.to(email(n)) if words in m.subject) for n in range(CUSTOMERS)}
    )


@pytest.mark.promise(9)
@pytest.mark.req("S0-02", "S0-09", "S0-15")
async def test_it_goes_to_all_customers_once_though_it_is_killed_and_names_zones_effects_and_addresses(
    typed: Operate,
) -> None:
    async with stage() as own:
        rows = [customer(0, NIGHT, zone="Europe/Berlin", locale="de_DE"), customer(1, NIGHT + timedelta(days=3))]
        rows += [customer(number, in_days(60 + number), zone="America/New_York") for number in range(2, CUSTOMERS)]
        assert (await typed(own, "start", "-", stdin=lines(*rows))).status == 0
        assert (await typed(own, "window", "add", *HOURS)).status == 0
        dry = await typed(own, *ANNOUNCE, "--dry-run", "--json")
        assert dry.status == 0, dry.err
        assert sorted(dry.json["written_to"]) == [f"ann-{number}" for number in range(CUSTOMERS)]
        assert sorted(each["invoice"] for each in dry.json["bills"]) == ["ANN-0", "ANN-1"]
        assert not +await mails(own, "aintenance")

        assert [await killed(point, own.env) for point in POINTS] == [-signal.SIGKILL] * len(POINTS)
        said = await typed(own, *ANNOUNCE)
        assert (said.status, said.err) == (0, "")
        all_of = Counter({email(number): 1 for number in range(CUSTOMERS)})

        async def all_have_it() -> bool:
            both = await mails(own, "Maintenance on") + await mails(own, "Wartung am")
            asked = await mails(own, "Please pay by") + await mails(own, "Bitte zahlen Sie bis")
            return both == all_of and asked.total() == 2

        await until_true(all_have_it)
        again = await typed(own, *ANNOUNCE, "--json")
        assert (again.json["written_to"], again.json["before"], again.json["bills"]) == ([], CUSTOMERS, [])
        assert await all_have_it(), "nobody gets two"
        assert (await mails(own, "Please pay by")) + (await mails(own, "Bitte zahlen")) == {email(0): 1, email(1): 1}

        books = await own.companies.mail.books()
        (told,) = (m for m in books.to(email(2)) if "Maintenance on" in m.subject)
        text = " ".join(told.text.split())
        for words in (
            " 21:00 P",
            " 00:00 E",
            " UTC",
            "New disks.",
            "No payment can be made there",
            "nothing can be ordered",
        ):
            assert words in text, words
        for words in ("cannot pay and be back", "help@hosting.example", "made the next morning, once", "open a ticket"):
            assert words in text, words
        (german,) = (m for m in books.to(email(0)) if "Wartung am" in m.subject)
        assert "help@hosting.example" in german.text
        (asked,) = (m for m in books.to(email(1)) if "Please pay by" in m.subject)
        by = NIGHT - timedelta(days=1)
        assert f"{by:%B} {by.day}, {by.year}" in asked.subject
        for number in range(CUSTOMERS):
            copies = [each for each in await own.store.account_notices(f"ann-{number}") if "announce:" in each.id]
            assert [(each.recipient, each.status) for each in copies] == [(email(number), "delivered")]

        moved = ("window", "move", ID, "--from", f"{NIGHT} 22:00", "--by", "ana")
        assert (await typed(own, *moved)).status == 0
        assert len((await typed(own, *ANNOUNCE, "--json")).json["written_to"]) == CUSTOMERS

        async def all_have_the_other() -> bool:
            return (await mails(own, "the hours have changed")) + (await mails(own, "geänderte Zeiten")) == all_of

        await until_true(all_have_the_other)
        window = await own.store.window(ID)
        assert window
        assert local_date(window.since, ZONE) == NIGHT


async def test_of_who_has_a_bill_near_it_and_no_address_a_person_hears(typed: Operate) -> None:
    async with stage() as own:
        started = await typed(own, "start", "-", stdin=lines(customer(0, NIGHT, emails=[])))
        assert (started.status, started.err) == (0, "")
        assert (await typed(own, "window", "add", *HOURS)).status == 0
        said = await typed(own, *ANNOUNCE, "--json")
        assert (said.json["no_address"], [each["invoice"] for each in said.json["bills"]]) == (["ann-0"], ["ANN-0"])

        async def a_ticket_is_there() -> bool:
            return TicketKind.NOBODY_REACHED in {each.kind for each in await own.store.tickets("ann-0")}

        await until_true(a_ticket_is_there)
