"""Proof of effect on the real server: what the panel shows is believed only as far as nobody sees the contrary."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dunning.case.facts import Approval
from dunning.case.orders import RestrictOrder
from dunning.level import Level
from dunning.notices.still_restricted import STILL_RESTRICTED
from dunning.policy.plan import Action
from dunning.ports.outages import OutageError
from dunning.records.effects import Effect
from dunning.tickets.ticket import Ticket
from operations.services.proof import PATIENT, insist
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin
from tests.server.races.test_overtaken import tried

ASO = "a-small-orange"
ORDER = RestrictOrder(
    invoice="PRF-rule",
    account="prf-rule",
    step="suspend",
    at=datetime(2026, 11, 25, tzinfo=UTC),
    today=date(2026, 11, 25),
    level=Level.SUSPENDED,
)
EARLIER = ORDER.at - timedelta(days=1)
DOUBTED = Effect(
    account=ORDER.account,
    service="s-1",
    wanted=Level.SUSPENDED,
    shown=Level.SUSPENDED,
    proof="contradicted: running (HTTP 200 at https://bakery.example/)",
    at=ORDER.at,
)


async def probed(stage: Stage, name: str) -> Playing:
    """A case whose site is looked at from outside; its charge is declined."""
    user = f"u-{name.lower()}"
    site = {"kind": "website", "user": user, "probe": f"{stage.addresses.web}/{user}"}
    return await begin(stage, name, ASO, decline=1, services=[site])


async def effect(playing: Playing) -> Effect:
    (only,) = await playing.stage.store.effects(playing.account)
    return only


async def tickets(playing: Playing) -> list[Ticket]:
    return list(await playing.stage.store.tickets(playing.account))


@pytest.mark.req("S3-24", "S4-09")
async def test_a_suspension_and_a_deletion_are_confirmed_from_outside(a_stage: Stage) -> None:
    playing = await probed(a_stage, "PRF-life")
    await playing.to_day(10)
    seen = await effect(playing)
    there = f"HTTP 200 at {a_stage.addresses.web}/cgi-sys/suspendedpage.cgi"
    assert (seen.wanted, seen.shown, seen.proof) == (
        Level.SUSPENDED,
        Level.SUSPENDED,
        f"confirmed: restricted ({there})",
    )
    assert "dun:PRF-life" in seen.tag
    await playing.to_day(91)
    await playing.update("approve", Approval(milestone="delete", by="ana"))
    assert await playing.outcome() == "deleted"
    seen = await effect(playing)
    there = f"HTTP 404 at {a_stage.addresses.web}/{playing.user}"
    assert (seen.wanted, seen.shown, seen.proof) == (Level.DELETED, Level.DELETED, f"confirmed: gone ({there})")
    case = await playing.case()
    assert case.backups is True, "the panel keeps them, and the customer may ask for them"
    assert [each.proof.split(" (")[0] for each in case.done if each.action in (Action.SUSPEND, Action.DELETE)] == [
        "sandbox:u-prf-life:website confirmed: restricted",
        "sandbox:u-prf-life:website confirmed: gone",
    ]
    assert await tickets(playing) == []


@pytest.mark.promise(7)
@pytest.mark.req("S0-21", "S2-08", "S4-10")
async def test_a_panel_that_lies_even_about_its_state_is_caught_and_the_customer_who_paid_hears_of_it_once(
    a_stage: Stage,
) -> None:
    """The panel shows the site running, and visitors still see it suspended, for longer than a quarter of an hour."""
    playing = await probed(a_stage, "PRF-liar")
    await playing.to_day(10)
    await a_stage.companies.web.script(playing.user, "suspended", times=PATIENT + 2)
    await playing.signal()
    await playing.to_day(11)
    assert await playing.outcome() == "paid"
    seen = await effect(playing)
    assert (seen.wanted, seen.shown, seen.proof.split(" (")[0]) == (Level.ACTIVE, Level.ACTIVE, "confirmed: running")
    (ticket,) = await tickets(playing)
    assert (ticket.department, ticket.subject) == ("Billing", f"Paid up and still restricted: {playing.account}")
    assert "the panel shows service sandbox:u-prf-liar:website as active, but from outside: contradicted" in ticket.body
    assert (await playing.mails()).count(STILL_RESTRICTED) == 1


@pytest.mark.req("S4-09")
async def test_a_suspension_that_takes_its_time_counts_when_it_is_seen(a_stage: Stage) -> None:
    playing = await probed(a_stage, "PRF-cache")
    await a_stage.companies.web.script(playing.user, "running", times=3)
    await playing.to_day(10)
    assert (await playing.case()).level is Level.SUSPENDED
    assert (await effect(playing)).proof.startswith("confirmed: restricted")
    assert await playing.levels() == ["suspended"], "asking again does not suspend again"
    assert await tickets(playing) == []


async def test_a_domain_that_moved_elsewhere_does_not_keep_the_case_waiting_and_a_person_looks(a_stage: Stage) -> None:
    playing = await probed(a_stage, "PRF-moved")
    await a_stage.companies.web.script(playing.user, "running", times=None)
    await playing.to_day(10)
    assert (await playing.case()).level is Level.SUSPENDED
    (ticket,) = await tickets(playing)
    assert ticket.department == "Support"
    assert ticket.subject.startswith("The panel shows suspended, but from outside it is not so")
    visits = [each for each in (await a_stage.companies.web.books()).visits if each.user == playing.user]
    assert len(visits) == PATIENT
    await a_stage.companies.web.forget(playing.user)


@pytest.mark.req("S2-15", "S3-24")
async def test_a_deletion_that_is_looked_at_again_never_deletes_who_signed_up_meanwhile(a_stage: Stage) -> None:
    playing = await probed(a_stage, "PRF-again")
    await playing.to_day(91)
    await a_stage.companies.web.script(playing.user, "running", times=None)
    async with playing.passing(92):
        await playing.update("approve", Approval(milestone="delete", by="ana"))
        await tried(playing, "delete_service")
        await a_stage.companies.panel.put(playing.user, "active")  # a new customer, under the same name
        await a_stage.companies.web.forget(playing.user)
        assert await playing.outcome() == "deleted"
    assert await playing.levels() == ["suspended", "deleted", "active"]


@pytest.mark.parametrize(
    ("attempt", "seen_before", "counts"),
    [(PATIENT - 1, ORDER.at, False), (PATIENT, ORDER.at, True), (PATIENT, EARLIER, False), (PATIENT, None, False)],
)
async def test_tries_that_failed_for_another_reason_are_no_looks(
    a_stage: Stage, attempt: int, seen_before: datetime | None, counts: bool
) -> None:
    """The panel was down for an hour, then it suspended: the first look of this order may be a cache's."""
    earlier = [DOUBTED.model_copy(update={"at": seen_before})] if seen_before else []
    name = f"prf-rule-{attempt}-{seen_before}"
    order = ORDER.model_copy(update={"account": name, "invoice": name})
    asked = insist(a_stage.store, order, [DOUBTED], earlier, attempt)
    if counts:
        await asked
    else:
        with pytest.raises(OutageError, match="the panel shows service s-1 as suspended, but from outside"):
            await asked
    assert bool(await a_stage.store.tickets(order.account)) is counts
