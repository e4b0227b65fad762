"""A subscription that PayPal runs pays real cases: webhooks are hints, what PayPal shows counts, each payment once."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest

from dunning.case.ledger import MONEY_IN
from dunning.fleet.open_cases import WORKFLOW, CheckOrder, CheckReport
from dunning.money import Money
from dunning.tickets.kind import TicketKind
from operations.errors import RefusedError
from operations.processors.links import Linked, NewLink
from sandbox.paypal.books import PayPalBooks
from sandbox.paypal.certificates import Authority
from sandbox.paypal.shapes import event
from sandbox.paypal.webhooks import Receiver, Webhooks
from sandbox.stage.stage import PAYPAL_WEBHOOK, QUEUE, Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

HOTDOODLE = "hotdoodle"


async def link(playing: Playing, name: str, **more: str) -> Linked:
    await playing.stage.companies.paypal.subscribe(name, datetime.now(UTC), next_charge=playing.moment(30, 0))
    return await linked(playing, name, **more)


async def linked(playing: Playing, name: str, subscription: str = "") -> Linked:
    made = playing.stage.made(playing.skipper.client)
    return await made.processor_links.add(NewLink(name, playing.account, subscription, None, "ana"))


async def money(playing: Playing) -> list[tuple[str, str]]:
    entries = (await playing.case()).entries
    return [(entry.id, str(entry.amount)) for entry in entries if entry.kind in MONEY_IN]


async def pays(playing: Playing, sale: str, seconds: int = 1, **more: object) -> None:
    name = f"I-{playing.account[5:]}"
    await playing.stage.companies.paypal.pays(name, sale, datetime.now(UTC) + timedelta(seconds=seconds), **more)


async def answered(stage: Stage, event: str, times: int) -> None:
    async def all_of_them() -> bool:
        hooks = [each for each in (await stage.companies.paypal.books()).hooks if each.event == event]
        return sum(each.answers.count(200) for each in hooks) == times

    await until_true(all_of_them)


async def test_each_payment_counts_once_on_the_oldest_invoice_alone(open_stage: Stage) -> None:
    one = await begin(open_stage, "PP-one", HOTDOODLE, due_in=11)
    two = await begin(open_stage, "PP-two", HOTDOODLE, due_in=12, account=one.account)
    three = await begin(open_stage, "PP-three", HOTDOODLE, due_in=10)
    assert (await link(one, "I-PP-one")).changed
    assert not (await linked(one, "I-PP-one")).changed
    await open_stage.companies.paypal.script("I-PP-one", "doubled")
    await pays(one, "PP1", lies="999.00")
    assert await one.outcome() == "paid"
    await answered(open_stage, "WH-PP1-COMPLETED", 2)
    assert (await money(one), await money(two), await money(three)) == ([("PP1", "USD 19.99")], [], [])
    await open_stage.companies.paypal.again("PP1")
    await answered(open_stage, "WH-PP1-COMPLETED", 3)
    await pays(one, "PP2", value="5.00")
    await until_true(lambda: has(two, ("PP2", "USD 5.00")))
    await pays(one, "PP3", value="14.99")
    assert await two.outcome() == "paid"
    await pays(one, "PP4", value="7.00")

    async def is_credit() -> bool:
        return [each.amount for each in await open_stage.store.credits(one.account)] == [Money.parse("USD 7")]

    await until_true(is_credit)
    assert await open_stage.store.tickets(one.account) == ()


async def has(playing: Playing, *entries: tuple[str, str]) -> bool:
    return await money(playing) == list(entries)


async def test_what_no_webhook_told_is_found_before_the_customer_suffers(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-lost", "courtesy-5-10-35", due_in=13, decline=9)
    await link(playing, "I-PP-lost")
    await playing.to_day(9)
    await pays(playing, "PPL", value="54.99", hint=False)
    await playing.to_day(10)
    assert await playing.outcome() == "paid"
    assert (await playing.levels(), await money(playing)) == ([], [("PPL", "USD 54.99")])


async def test_what_no_webhook_told_is_found_within_the_hour(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-hour", HOTDOODLE, due_in=14)
    await link(playing, "I-PP-hour")
    await pays(playing, "PPH", hint=False)
    client = await open_stage.connect()
    await client.execute_workflow(
        WORKFLOW, CheckOrder(), id=f"open-cases-{uuid4()}", task_queue=QUEUE, result_type=CheckReport
    )
    assert await playing.outcome() == "paid"
    assert await money(playing) == [("PPH", "USD 19.99")]


async def test_what_is_refunded_there_is_owed_again_here(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-back", HOTDOODLE, due_in=15)
    await link(playing, "I-PP-back")
    await pays(playing, "PPB")
    assert await playing.outcome() == "paid"
    await pays(playing, "PPB", status="REFUNDED")

    async def owes() -> bool:
        case = await playing.stage.made(playing.skipper.client).look.case("PP-back")
        return case is not None and case.balance == Money.parse("USD 19.99")

    await until_true(owes)


async def test_each_time_it_stops_there_a_person_hears_of_it_once(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-stops", HOTDOODLE, due_in=19)
    await link(playing, "I-PP-stops")
    made, there = open_stage.made(playing.skipper.client), open_stage.companies.paypal
    for status, tickets in (("SUSPENDED", 1), ("ACTIVE", 1), ("SUSPENDED", 2), ("CANCELLED", 3)):
        await there.subscribe("I-PP-stops", datetime.now(UTC), status=status)
        for _ in range(2):
            await made.look_at_processor.tell("I-PP-stops", made.deliver_news.deliver)
        found = await open_stage.store.tickets(playing.account)
        assert [each.kind for each in found] == [TicketKind.PROCESSOR_ENDED] * tickets
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_who_sees_first_what_we_had_stop_tells_nobody(open_stage: Stage) -> None:
    """A webhook may come before the processor's answer to us does."""
    playing = await begin(open_stage, "PP-ours", HOTDOODLE, due_in=19)
    linked = await link(playing, "I-PP-ours")
    made, there = open_stage.made(playing.skipper.client), open_stage.companies.paypal
    await made.look_at_processor.stopping(linked.link)
    for status, tickets in (("ACTIVE", 0), ("SUSPENDED", 0), ("ACTIVE", 0), ("SUSPENDED", 1)):
        await there.subscribe("I-PP-ours", datetime.now(UTC), status=status)
        for _ in range(2):
            await made.look_at_processor.tell("I-PP-ours", made.deliver_news.deliver)
        found = await open_stage.store.tickets(playing.account)
        assert [each.kind for each in found] == [TicketKind.PROCESSOR_ENDED] * tickets, status
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_who_is_not_paypal_is_not_heard_and_nothing_of_it_is_kept(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-forged", HOTDOODLE, due_in=17)
    await link(playing, "I-PP-forged")
    await pays(playing, "PPF", hint=False)
    here, stranger = open_stage.addresses.paypal, Authority()
    body = json.dumps(event("WH-FORGED", (await open_stage.companies.paypal.books()).sales["PPF"])).encode()
    good = Receiver(url="", webhook=PAYPAL_WEBHOOK, here=here)
    elsewhere = good.model_copy(update={"here": "https://evil.example"})
    for to, why in ((good, "does not fit"), (elsewhere, "PayPal's own host")):
        headers = Webhooks(PayPalBooks(), stranger).headers("WH-FORGED", body, to)
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{open_stage.portal_url}/webhooks/paypal", content=body, headers=headers)
        assert answer.status_code == 400
        assert why in answer.json()["error"]
    assert await open_stage.store.event("paypal", "WH-FORGED") is None
    assert await money(playing) == []


async def test_what_is_kept_of_a_webhook_is_whom_to_ask_about_and_no_more(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-kept", HOTDOODLE, due_in=18)
    await link(playing, "I-PP-kept")
    await pays(playing, "PPK")
    assert await playing.outcome() == "paid"
    kept = await open_stage.store.event("paypal", "WH-PPK-COMPLETED")
    assert kept
    assert (json.loads(kept.body), kept.account) == ({"subscription": "I-PP-kept", "sale": "PPK"}, playing.account)


async def test_of_a_subscription_that_nobody_linked_nothing_counts(open_stage: Stage) -> None:
    playing = await begin(open_stage, "PP-strange", HOTDOODLE, due_in=16)
    await open_stage.companies.paypal.subscribe("I-PP-strange", datetime.now(UTC))
    await pays(playing, "PPX", -60)
    await answered(open_stage, "WH-PPX-COMPLETED", 1)
    assert await money(playing) == []
    made = open_stage.made(playing.skipper.client).processor_links
    with pytest.raises(RefusedError, match="PayPal knows no subscription"):
        await made.add(NewLink("I-NEVER", playing.account, "", None, "ana"))
    with pytest.raises(RefusedError, match="no subscription 'none'"):
        await linked(playing, "I-PP-strange", "none")
    assert not (await linked(playing, "I-PP-strange")).told, "it was before it was linked"
    assert await made.remove("I-PP-strange")
    assert not await made.remove("I-PP-strange")
    await pays(playing, "PPY")
    await answered(open_stage, "WH-PPY-COMPLETED", 1)
    assert await money(playing) == []
