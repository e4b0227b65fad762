"""The portal with everything real behind it: other processors' webhooks, the pay page, a crash."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from standardwebhooks import Webhook

from dunning.case.facts import Void
from sandbox.stage.stage import PAYMENTS_SECRET, Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

ASO = "a-small-orange"


async def say(stage: Stage, event: str, body: dict[str, Any]) -> httpx2.Response:
    """One webhook of another processor, rightly signed."""
    now, text = datetime.now(UTC), json.dumps(body)
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(PAYMENTS_SECRET).sign(event, now, text),
    }
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(f"{stage.portal_url}/webhooks/payments", content=text, headers=headers, timeout=20)


async def paid(stage: Stage, invoice: str, payment: str, amount: str = "19.99", currency: str = "USD") -> str:
    data = {"invoice": invoice, "id": payment, "amount": amount, "currency": currency}
    body = {"type": "payment.received", "timestamp": datetime.now(UTC).isoformat(), "data": data}
    answer = await say(stage, f"evt-{payment}-{invoice}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["outcome"]


@pytest.mark.promise(9)
@pytest.mark.req("S2-11")
async def test_money_that_fits_no_open_case_ends_once_and_the_caller_hears_where(open_stage: Stage) -> None:
    life = await begin(open_stage, "DOOR-1", ASO)
    assert await paid(open_stage, "DOOR-1", "d1-eur", "5.00", "EUR") == "parked"
    assert await paid(open_stage, "DOOR-1", "d1-part", "10.00") == "applied"
    assert await paid(open_stage, "DOOR-1", "d1-part", "10.00") == "applied"  # the same event: the same answer
    assert await paid(open_stage, "DOOR-1", "d1-rest", "12.00") == "applied"
    assert await life.outcome() == "paid"
    assert await paid(open_stage, "DOOR-1", "d1-late") == "credited"
    assert await paid(open_stage, "NEVER-HEARD-OF", "d1-unknown") == "parked"
    voided = await begin(open_stage, "DOOR-2", ASO)
    await voided.update("void", Void(reason="a mistake"))
    await voided.outcome()
    assert await paid(open_stage, "DOOR-2", "d2-void") == "credited"
    credits_ = [str(credit.amount) for credit in await open_stage.store.credits(life.account)]
    assert sorted(credits_) == ["EUR 5.00", "USD 19.99", "USD 2.01"]
    assert [str(credit.amount) for credit in await open_stage.store.credits(voided.account)] == ["USD 19.99"]
    unmatched = await open_stage.store.credits("unmatched")
    assert [(c.id, str(c.amount)) for c in unmatched] == [("NEVER-HEARD-OF:d1-unknown", "USD 19.99")]
    assert len(await open_stage.store.tickets("unmatched")) == 1


async def test_the_account_s_credit_pays_its_next_invoice(open_stage: Stage) -> None:
    life = await begin(open_stage, "DOOR-3", ASO)
    assert await paid(open_stage, "DOOR-3", "d3", "30.00") == "applied"
    assert await life.outcome() == "paid"
    following = await begin(open_stage, "DOOR-4", ASO, account=life.account)
    await following.to_day(1)
    assert await following.outcome() == "paid"
    assert await following.charged() == [1999 - 1001]


async def test_money_taken_back_and_come_again_by_another_processor(open_stage: Stage) -> None:
    life = await begin(open_stage, "DOOR-5", ASO)
    assert await paid(open_stage, "DOOR-5", "d5") == "applied"
    assert await life.outcome() == "paid"
    back = {"invoice": "DOOR-5", "id": "d5-back", "payment": "d5", "amount": "19.99", "currency": "USD"}
    await say(open_stage, "d5-back", {"type": "payment.reversed", "timestamp": now(), "data": back})
    await until_true(lambda: owed(life, 1999))
    again = {"invoice": "DOOR-5", "id": "d5-won", "reversal": "d5-back", "amount": "19.99", "currency": "USD"}
    await say(open_stage, "d5-won", {"type": "payment.restored", "timestamp": now(), "data": again})
    await until_true(lambda: owed(life, 0))


def now() -> str:
    return datetime.now(UTC).isoformat()


async def owed(life: Playing, minor: int) -> bool:
    return (await life.case()).balance.minor == minor


@pytest.mark.promise(9)
async def test_what_was_acknowledged_before_the_portal_died_is_delivered_afterwards(open_stage: Stage) -> None:
    life = await begin(open_stage, "DOOR-6", ASO, decline=1)
    await life.to_day(11)
    await open_stage.worker.kill()  # so that nothing can be delivered
    data = {"invoice": "DOOR-6", "id": "d6", "amount": "19.99", "currency": "USD"}
    answer = await say(open_stage, "d6", {"type": "payment.received", "timestamp": now(), "data": data})
    assert answer.status_code == 202
    await open_stage.portal.kill()
    await open_stage.start_worker()
    await open_stage.start_portal()
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]


@pytest.mark.req("S3-30", "S3-07", "S4-15", "S3-29")
async def test_a_suspended_customer_pays_on_the_page_and_leaves_a_card(open_stage: Stage) -> None:
    life = await begin(open_stage, "DOOR-7", ASO, decline=1)
    await life.to_day(11)
    mail = (await open_stage.companies.mail.books()).to(life.email)[-1]
    found = re.search(rf"{open_stage.portal_url}/pay/DOOR-7\?s=\S+", mail.text)
    assert found
    link = found[0]
    async with httpx2.AsyncClient(trust_env=False) as http:
        page = await http.get(link)
        assert page.status_code == 200
        assert "19.99" in page.text
        sent = await http.post(link, data={"consent": "yes"})
    assert sent.status_code == 303
    session = urlsplit(sent.headers["location"]).path.rpartition("/")[2]
    await open_stage.companies.payments.pay_session(session)
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]

    async def consented() -> bool:
        return bool(await open_stage.store.consents(life.account))

    await until_true(consented)
    (consent,) = await open_stage.store.consents(life.account)
    assert consent.text
    assert consent.at.tzinfo
