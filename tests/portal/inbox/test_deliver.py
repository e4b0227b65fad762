"""The delivery: order, patience, poison, and two portals at one inbox. A played Temporal fails on demand."""

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import pytest

from composition import now
from dunning.case.facts import Payment
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.records.inbox import InboxEvent
from tests.portal.world import PlayedCases, Portal, message, paid, portal, until

AWAY = OutageError("Temporal: UNAVAILABLE")


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.inbox.backoff.LONGEST", 0.02)


def events(*bodies: str) -> list[InboxEvent]:
    """Came one after the other, in the past."""
    begun = now() - timedelta(hours=1)
    return [
        InboxEvent(source="stripe", id=json.loads(body)["id"], body=body, at=begun + timedelta(seconds=number))
        for number, body in enumerate(bodies)
    ]


async def test_what_an_earlier_process_left_is_delivered_oldest_first(url: str) -> None:
    async with portal(url, delivering=False) as before:
        await before.store.receive(events(*(paid(f"evt_{n}", invoice="INV-1") for n in range(30))))
    async with portal(url) as door:
        await until(lambda: len(door.cases.brought) == 30)
        assert door.cases.payments == [f"pi_evt_{n}" for n in range(30)]
        await until(_empty(door))


async def test_the_events_of_one_invoice_are_never_under_way_together(url: str) -> None:
    cases = PlayedCases(holds={"INV-1"})
    async with portal(url, cases=cases) as door:
        for number in range(5):
            await door.stripe(paid(f"evt_{number}", invoice="INV-1"))
        await until(lambda: cases.under_way == 1)
        for number in range(5):
            await door.stripe(paid(f"evt_other_{number}", invoice=f"INV-9{number}"))
        await until(lambda: len(cases.brought) == 5)
        assert cases.under_way == 1
        assert not [news for news in cases.brought if news.invoice == "INV-1"]
        cases.held.set()
        await until(lambda: len(cases.brought) == 10)
    mine = [news.fact.id for news in cases.brought if news.invoice == "INV-1" and isinstance(news.fact, Payment)]
    assert mine == [f"pi_evt_{n}" for n in range(5)]


async def test_a_few_at_a_time(url: str) -> None:
    cases = PlayedCases(holds={f"INV-{n}" for n in range(40)})
    async with portal(url, cases=cases) as door:
        await door.store.receive(events(*(paid(f"evt_{n}", invoice=f"INV-{n}") for n in range(40))))
        door.delivery.ring()
        await until(lambda: cases.under_way == 8)
        cases.held.set()
        await until(lambda: len(cases.brought) == 40)
    assert cases.most_at_once == 8


@pytest.mark.parametrize("trouble", [AWAY, StoreOutageError("it does not work"), ConnectionError(), TimeoutError()])
async def test_an_outage_loses_nothing_and_keeps_the_order(url: str, trouble: Exception) -> None:
    cases = PlayedCases(troubles={"*": trouble})
    async with portal(url, cases=cases) as door:
        for number in range(10):
            await door.stripe(paid(f"evt_{number}", invoice="INV-1"))
        await asyncio.sleep(0.3)  # longer than a fault would be given: an outage is not a fault
        assert len(await door.inbox()) == 10
        cases.troubles.clear()
        await until(lambda: len(cases.brought) == 10)
        assert cases.payments == [f"pi_evt_{n}" for n in range(10)]
        await until(_empty(door))
        assert await door.store.tickets("") == ()


async def test_one_invoice_that_is_away_holds_up_nobody_else(url: str) -> None:
    cases = PlayedCases(troubles={"INV-1": AWAY})
    async with portal(url, cases=cases) as door:
        stuck = [paid(f"evt_stuck_{n}", invoice="INV-1") for n in range(60)]
        await door.store.receive(events(*stuck, *(paid(f"evt_{n}", invoice=f"INV-9{n}") for n in range(20))))
        door.delivery.ring()
        await until(lambda: len(cases.brought) == 20)
        cases.troubles.clear()
        await until(lambda: len(cases.brought) == 80)
        assert cases.payments[20:] == [f"pi_evt_stuck_{n}" for n in range(60)]


async def test_poison_goes_to_a_person_and_everything_else_goes_on(url: str) -> None:
    cases = PlayedCases(troubles={"INV-13": KeyError("a bug")})
    async with portal(url, cases=cases) as door:
        poison = events(paid("evt_bad", invoice="INV-13"), paid("evt_next", invoice="INV-13"))
        poison += events(json.dumps({"id": "evt_odd", "type": "payment_intent.succeeded", "ada": "ada@bakery.example"}))
        await door.store.receive([*poison, *events(*(paid(f"evt_{n}", invoice=f"INV-9{n}") for n in range(5)))])
        door.delivery.ring()
        await until(lambda: len(cases.brought) == 5)
        for bad in ("evt_bad", "evt_next", "evt_odd"):
            assert await door.until_handled(bad) == "failed: see ticket"
        tickets = {ticket.key: ticket for ticket in await door.store.tickets("")}
    assert sorted(tickets) == [
        ":webhook:stripe:evt_odd",
        "INV-13:webhook:stripe:evt_bad",
        "INV-13:webhook:stripe:evt_next",
    ]
    bad = tickets["INV-13:webhook:stripe:evt_bad"]
    assert (bad.department, bad.invoice, bad.account) == ("Billing", "INV-13", "bakery")
    assert "KeyError: 'a bug'" in bad.body
    assert '"id": "pi_evt_bad"' in bad.body
    assert "starter.py pay" in bad.body


async def test_a_fault_that_passes_needs_nobody(url: str) -> None:
    cases = PlayedCases(troubles={"INV-1": KeyError("a bug")})
    async with portal(url, cases=cases) as door:
        await door.stripe(paid("evt_1"))
        await until(lambda: cases.most_at_once == 1)
        cases.troubles.clear()
        assert await door.until_handled("evt_1") == "applied"
        assert await door.store.tickets("") == ()


async def test_an_unknown_source_goes_to_a_person(url: str) -> None:
    async with portal(url) as door:
        await door.store.receive([InboxEvent(source="paypal", id="x", body="{}", at=now())])
        door.delivery.ring()
        assert await door.until_handled("x", "paypal") == "failed: see ticket"


async def test_slow_reading_of_one_holds_up_nobody(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment that kept its card: the adapter asks Stripe about the customer, and there Stripe is away."""
    monkeypatch.setattr("portal.inbox.read.MOMENT", 0.01)
    asks = json.loads(paid("evt_slow"))
    asks["data"]["object"] |= {"setup_future_usage": "off_session", "payment_method": "pm_1"}
    async with portal(url) as door:
        await door.stripe(json.dumps(asks))
        await door.stripe(paid("evt_1", invoice="INV-2"))
        assert await door.until_handled("evt_1") == "applied"
        slow = await door.store.event("stripe", "evt_slow")
        assert slow is not None
        assert slow.outcome == ""
        assert await door.store.tickets("") == ()


async def test_two_portals_at_one_inbox_lose_nothing(url: str) -> None:
    cases = PlayedCases()
    async with portal(url, cases=cases) as one, portal(url, cases=cases) as two:
        doors = [one, two]
        dice = random.Random(7)
        await asyncio.gather(
            *(dice.choice(doors).stripe(paid(f"evt_{n}", invoice=f"INV-{n % 9}")) for n in range(60)),
            *(dice.choice(doors).stripe(paid(f"evt_{n}", invoice=f"INV-{n % 9}")) for n in range(60)),
        )
        await until(_empty(one))
    assert sorted(set(cases.payments)) == sorted(f"pi_evt_{n}" for n in range(60))


async def test_a_stop_waits_for_what_is_under_way_and_starts_nothing_more(url: str) -> None:
    cases = PlayedCases(holds={"INV-1"})
    async with portal(url, cases=cases) as door:
        await door.stripe(paid("evt_1"))
        await until(lambda: cases.under_way == 1)
        door.delivery.stop()
        await door.stripe(paid("evt_2", invoice="INV-2"))
        cases.held.set()
        assert await door.until_handled("evt_1") == "applied"
        await asyncio.sleep(0.1)
        assert [event.id for event in await door.inbox()] == ["evt_2"]
    async with portal(url) as again:
        assert await again.until_handled("evt_2") == "applied"


async def test_a_payment_hears_its_outcome_in_the_middle_of_many_others(url: str) -> None:
    async with portal(url) as door:
        sending = [door.stripe(paid(f"evt_{n}", invoice=f"INV-{n}")) for n in range(100)]
        answer, *_ = await asyncio.gather(door.payment(message(invoice="INV-500")), *sending)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "applied")


def _empty(door: Portal) -> Any:
    async def empty() -> bool:
        return not await door.inbox()

    return empty
