"""What people gave by commands and waits: the command has its time, then it is delivered, or a person hears of it."""

from datetime import timedelta

import pytest

from composition import now
from dunning.case.facts import Waiver
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.inbox import InboxEvent, News
from dunning.tickets.kind import TicketKind
from operations.errors import CaseRefusedError
from portal.inbox import backoff
from tests.portal.world import PlayedCases, Portal, paid, portal, until

WAIVER = Waiver(entry="late-fee", amount=Money.parse("USD 5"), by="ann", reason="slow")


def given(id_: str, invoice: str = "INV-1") -> InboxEvent:
    news = News(invoice=invoice, decision=WAIVER, update=id_)
    at = now() - timedelta(hours=1)
    return InboxEvent(source="command", id=id_, body=news.model_dump_json(), at=at, invoice=invoice)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "LEFT_ALONE", 0.01)
    monkeypatch.setattr(backoff, "LONGEST", 0.02)


def its_time_is_over(door: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fifteen seconds that a command has: over when a test says so, however slow its machine is."""
    monkeypatch.setattr(backoff, "LEFT_ALONE", 0.01)
    door.delivery._backoff._rests.clear()
    door.delivery.ring()


async def test_the_command_has_its_time_and_what_follows_in_the_same_matter_does_not_wait(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with portal(url) as door:
        await door.store.keep_given(given("w-1"))
        await door.stripe(paid("evt_1", invoice="INV-1"))
        await until(lambda: door.cases.brought)
        assert door.cases.payments == ["pi_evt_1"], "the command is still at it"
        its_time_is_over(door, monkeypatch)
        assert await door.until_handled("w-1", "command") == "applied"
        assert door.cases.brought[1].update == "w-1"
        assert door.cases.brought[1].decision == WAIVER


async def test_what_the_command_has_ticked_off_meanwhile_is_not_delivered(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with portal(url) as door:
        event = await door.store.keep_given(given("w-1"))
        await door.stripe(paid("evt_1", invoice="INV-2"))
        await until(lambda: door.cases.brought)
        await door.store.handled(event, "waived")
        await door.store.keep_given(given("w-2", "INV-3"))
        its_time_is_over(door, monkeypatch)
        await door.until_handled("w-2", "command")
        assert [news.invoice for news in door.cases.brought] == ["INV-2", "INV-3"]


@pytest.mark.usefixtures("at_once")
async def test_an_outage_keeps_it_and_a_refusal_is_told_to_a_person_once(url: str) -> None:
    cases = PlayedCases(troubles={"INV-1": OutageError("Temporal is away")})
    async with portal(url, cases=cases) as door:
        await door.store.keep_given(given("w-1"))
        door.delivery.ring()
        await until(lambda: len(door.delivery._backoff) == 1 and _tried(door) > 2)
        cases.troubles["INV-1"] = CaseRefusedError("INV-1", "there is no charge 'late-fee' on this invoice")
        assert await door.until_handled("w-1", "command") == "refused"
        (ticket,) = await door.store.tickets("")
    assert (ticket.kind, ticket.department, ticket.invoice) == (TicketKind.COMMAND_NOT_DONE, "Billing", "INV-1")
    assert ticket.subject == "Not done for INV-1: waiver"
    assert "(entry late-fee, amount USD 5.00, by ann, reason slow)" in ticket.body
    assert "nothing of it was done: INV-1: refused: there is no charge 'late-fee' on this invoice" in ticket.body


def _tried(door: Portal) -> int:
    return max(rest.tries for rest in door.delivery._backoff._rests.values())


@pytest.mark.usefixtures("at_once")
async def test_one_that_cannot_be_brought_at_all_ends_as_the_same_ticket(url: str) -> None:
    cases = PlayedCases(troubles={"INV-1": ArithmeticError("a fault of ours")})
    async with portal(url, cases=cases) as door:
        await door.store.keep_given(given("w-1"))
        door.delivery.ring()
        assert await door.until_handled("w-1", "command") == "failed: see ticket"
        (ticket,) = await door.store.tickets("")
    assert (ticket.kind, "a fault of ours" in ticket.body) == (TicketKind.COMMAND_NOT_DONE, True)
