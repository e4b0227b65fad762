"""In each phase of a shutdown the customer may pay, or have the site closed (S4-02)."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from composition import now
from dunning.tickets.kind import TicketKind
from sandbox.stage.stage import Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import begin
from tests.server.subscriptions.playing import new

WHO: dict[str, Any] = {"by": "ana", "reason": "the customer called"}
PHASES = {12: "warned", 22: "locked", 32: "suspended"}


@pytest.mark.req("S4-02")
async def test_in_each_phase_a_site_may_be_paid_for_or_asked_to_be_closed(open_stage: Stage) -> None:
    life = await begin(open_stage, "CLOSE-1", "hotdoodle", decline=99)
    made = open_stage.made(life.skipper.client)
    site = f"sandbox:{life.user}:website"
    for day, level in PHASES.items():
        await life.to_day(day)
        async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
            page = await http.get(await made.pay_links.of("CLOSE-1"))
        assert (page.status_code, "19.99" in page.text or "94.99" in page.text) == (200, True)
        for fresh in (True, False):
            told = await made.close_site.ask(life.account, site, **WHO)
            assert (told.asked.level.value, told.asked.invoices, told.fresh) == (level, ("CLOSE-1",), fresh)
    tickets = [each for each in await open_stage.store.tickets(life.account) if each.kind is TicketKind.CLOSE_SITE]
    assert [f"It is {level} now" in each.body for each, level in zip(tickets, PHASES.values(), strict=True)] == [
        True
    ] * 3
    assert {each.department for each in tickets} == {"Billing"}

    # Who pays all the same is reinstated, whatever was asked before.
    owed = (await life.case()).balance
    await life.signal(str(owed))
    assert await life.outcome() == "paid"
    assert (await life.levels())[-1] == "active"


async def test_what_is_billed_for_it_alone_ends_and_the_rest_goes_on(open_stage: Stage) -> None:
    made = open_stage.made(await open_stage.connect())
    await made.registered()
    soon = (now() + timedelta(days=40)).date()
    for name, kinds in (("CLOSE-ALONE", 1), ("CLOSE-BOTH", 2)):
        services = [{"user": "u-closing"}, {"user": "m-closing", "kind": "email"}][:kinds]
        wanted = new(name, soon, account="acct-CLOSE", services=services)
        await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))
    told = await made.close_site.ask("acct-CLOSE", "sandbox:u-closing:website", **WHO)
    assert (told.asked.ends, told.asked.goes_on) == (("CLOSE-ALONE",), ("CLOSE-BOTH",))

    async def ending() -> bool:
        states = {each.subscription.id: each.state for each in await made.subscriptions.listed("acct-CLOSE")}
        return states == {"CLOSE-ALONE": "ending", "CLOSE-BOTH": "active"}

    await until_true(ending)
    (ticket,) = await open_stage.store.tickets("acct-CLOSE")
    assert "CLOSE-BOTH bill(s) other services, too" in ticket.body
