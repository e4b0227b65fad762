"""The breaker on a real server: a small fleet is suspended all at once, and a person allows it in stages."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from sandbox.stage.stage import Stage, stage
from tests.cli.command import Operate, Said
from tests.server.playing import Playing, begin

FLEET, LEAST = 10, 3
LIMITS = {"REPRIEVE_BREAKER_MOST": "200", "REPRIEVE_BREAKER_LEAST": str(LEAST), "REPRIEVE_BREAKER_SHARE": "0.05"}


async def levels(own: Stage, fleet: Sequence[Playing]) -> Counter[str]:
    books = await own.companies.panel.books()
    shown = {service.user: service.level for service in books.services}
    return Counter(shown.get(each.user, "active") for each in fleet)


async def until_suspended(own: Stage, fleet: Sequence[Playing], count: int) -> None:
    async with asyncio.timeout(30):
        while (await levels(own, fleet))["suspended"] != count:  # noqa: ASYNC110 - the panel is the condition
            await asyncio.sleep(0.05)


WHY = ("--reason", "looked at them")


async def breaker(typed: Operate, own: Stage, *words: str) -> Said:
    said = await typed(own, "breaker", *words)
    assert said.status == 0, said.err
    return said


@pytest.mark.promise(10)
async def test_a_fleet_that_is_overdue_at_once_waits_for_a_person_who_lets_it_go_in_stages(typed: Operate) -> None:
    async with stage(settings=LIMITS) as own:
        opening = (begin(own, f"BRK-{n}", "a-small-orange", decline=1) for n in range(FLEET))
        fleet = await asyncio.gather(*opening)
        await asyncio.gather(*(each.to_day(10) for each in fleet))
        assert await levels(own, fleet) == {"suspended": LEAST, "active": FLEET - LEAST}
        (alert,) = [ticket for ticket in await own.store.tickets("") if ticket.subject.startswith("The breaker")]
        assert (alert.subject, alert.account) == ("The breaker stopped all suspensions", "")
        (shown,) = (await breaker(typed, own, "show", "--json")).json
        assert (shown["count"], shown["policies"]) == (7, {"a-small-orange": 7})
        by_number = {each.row.invoice: each for each in fleet}
        waiting = [by_number[row["invoice"]] for row in shown["stopped"]]
        payer, kept = waiting[5], waiting[6]
        await payer.signal()
        assert await payer.outcome() == "paid"
        said = await breaker(typed, own, "allow", "--most", "2", "--by", "ana", *WHY, "--yes")
        assert said.out == "2 allowed; 2 case(s) told; 4 still wait\n"
        await until_suspended(own, fleet, LEAST + 2)
        assert {each.row.invoice for each in waiting[:2]} <= await suspended(own, fleet), "the oldest first"
        while "suspend" not in (allowed := await waiting[0].case()).steps_done:  # noqa: ASYNC110 - the case is the condition
            await asyncio.sleep(0.02)  # the panel has it before the case has heard so
        assert allowed.deferrals[0].reason.endswith("; allowed by ana")
        assert [(each.by, each.reason) for each in allowed.decided] == [("ana", "looked at them")]
        await breaker(typed, own, "keep", kept.row.invoice, "--by", "ben", *WHY)
        rest = await breaker(typed, own, "allow", "--by", "ana", *WHY, "--yes")
        assert rest.out == "3 allowed; 3 case(s) told; 0 still wait\n"
        await until_suspended(own, fleet, LEAST + 5)
        await kept.to_day(11)
        assert await levels(own, fleet) == {"suspended": LEAST + 5, "active": 2}, "one paid, one is kept"
        assert (
            (await kept.case()).deferrals[-1].reason.startswith("ben decided against this suspension: looked at them")
        )


async def suspended(own: Stage, fleet: Sequence[Playing]) -> set[str]:
    books = await own.companies.panel.books()
    users = {service.user for service in books.services if service.level == "suspended"}
    return {each.row.invoice for each in fleet if each.user in users}
