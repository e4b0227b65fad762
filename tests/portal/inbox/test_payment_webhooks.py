"""The door for every other processor: signatures, what a message may say, and what its sender hears."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest

from composition import now
from dunning.audit.words import read
from dunning.case.facts import MethodChanged, Payment, Restored, Reversal
from dunning.ports.outages import OutageError
from dunning.records.inbox import InboxEvent
from portal.inbox.processor_api import news_in
from tests.portal.bills import case_of
from tests.portal.world import PAYMENTS_NEW, PAYMENTS_OLD, Portal, message, portal, standard, until

GOOD = message()
STRANGE = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.promise(9)
async def test_the_sender_hears_what_became_of_the_money(door: Portal) -> None:
    answer = await door.payment(GOOD)
    balance = {"amount": "0.00", "amount_minor": 0, "currency": "USD"}
    assert answer.status_code == 200
    assert answer.json() == {"outcome": "applied", "invoice": "INV-1", "state": "paid", "balance": balance}
    assert door.cases.payments == ["bank-1"]


async def test_the_same_event_again_has_the_same_outcome_and_changes_nothing(door: Portal) -> None:
    first = (await door.payment(GOOD)).json()
    again = await door.payment(GOOD)
    assert (again.status_code, again.json()["outcome"], again.json()["invoice"]) == (200, "applied", first["invoice"])
    assert door.cases.payments == ["bank-1"]


async def test_another_message_under_the_same_id_hears_of_the_first(door: Portal) -> None:
    await door.payment(GOOD)
    other = message(invoice="INV-2", id="bank-2")
    assert (await door.payment(other)).json() == {"outcome": "applied", "invoice": "INV-1"}
    assert door.cases.payments == ["bank-1"]


async def test_one_that_was_handled_before_says_how_the_invoice_stands_today(door: Portal) -> None:
    await door.payment(GOOD)
    door.cases.cases["INV-1"] = case_of()
    said = (await door.payment(GOOD)).json()
    assert (said["outcome"], said["balance"]["amount"], said["state"]) == ("applied", "19.99", "overdue")


async def test_the_same_event_many_times_at_once_is_one_and_all_hear_it(door: Portal) -> None:
    answers = await asyncio.gather(*(door.payment(GOOD) for _ in range(20)))
    assert {(answer.status_code, answer.json()["outcome"]) for answer in answers} == {(200, "applied")}
    assert door.cases.payments == ["bank-1"]


async def test_what_takes_longer_is_accepted_and_delivered_later(url: str) -> None:
    async with portal(url, patience=0.1) as slow:
        slow.cases.troubles["*"] = OutageError("Temporal is away")
        answer = await slow.payment(GOOD)
        assert (answer.status_code, answer.json()) == (202, {"outcome": "accepted"})
        slow.cases.troubles.clear()
        assert await slow.until_handled("msg_1", "payments") == "applied"
        assert (await slow.payment(GOOD)).json()["outcome"] == "applied"


async def test_what_another_portal_delivered_is_told_too(url: str) -> None:
    async with portal(url, delivering=False, patience=2.0) as front:
        asking = asyncio.create_task(front.payment(GOOD))
        await until(front.inbox)
        async with portal(url) as other:
            await other.until_handled("msg_1", "payments")
        answer = await asking
    assert (answer.status_code, answer.json()["outcome"]) == (200, "applied")


async def test_it_is_on_disk_before_it_is_answered(kept: Portal) -> None:
    assert (await kept.payment(GOOD)).status_code == 202
    assert [(event.source, event.id) for event in await kept.inbox()] == [("payments", "msg_1")]


@pytest.mark.parametrize("secret", [PAYMENTS_NEW, PAYMENTS_OLD])
async def test_every_secret_holds_while_they_are_rotated(shared: Portal, secret: str) -> None:
    assert (await shared.payment(GOOD, standard(GOOD, f"msg_{secret}", secret))).status_code == 202


async def test_a_header_with_two_signatures_needs_one_that_fits(shared: Portal) -> None:
    headers = standard(GOOD, "msg_two")
    headers["webhook-signature"] = (
        f"{standard(GOOD, 'msg_two', STRANGE)['webhook-signature']} " + headers["webhook-signature"]
    )
    assert (await shared.payment(GOOD, headers)).status_code == 202


async def test_uses_of_a_key_are_in_the_audit_log_once_an_hour_and_strangers_fill_no_table(door: Portal) -> None:
    for number in range(5):
        for secret in (PAYMENTS_NEW, PAYMENTS_OLD):
            await door.payment(GOOD, standard(GOOD, f"msg_{number}", secret))
        assert (await door.payment(GOOD, standard(GOOD, f"msg_{number}", STRANGE))).status_code == 400
    found = [read(each.words) async for each in door.store.entries()]
    assert [(each.what, each.by, each.outcome) for each in found] == [
        ("processors' API", "key 1", "accepted"),
        ("processors' API", "key 2", "accepted"),
        ("processors' API", "", "refused: no key fits"),
    ]


FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "nothing": dict,
    "another secret": lambda: standard(GOOD, secret=STRANGE),
    "another body": lambda: standard(GOOD + " "),
    "another id": lambda: {**standard(GOOD), "webhook-id": "msg_9"},
    "too old": lambda: standard(GOOD, at=time.time() - 310),
    "of the future": lambda: standard(GOOD, at=time.time() + 310),
    "no signature": lambda: {**standard(GOOD), "webhook-signature": ""},
    "no base64": lambda: {**standard(GOOD), "webhook-signature": "v1,%%%"},
    "no version": lambda: {**standard(GOOD), "webhook-signature": "abcdef"},
    "no time": lambda: {**standard(GOOD), "webhook-timestamp": "soon"},
    "no number": lambda: {**standard(GOOD), "webhook-timestamp": "nan"},
    "another scheme": lambda: {
        **standard(GOOD), "webhook-signature": standard(GOOD)["webhook-signature"].replace("v1,", "v2,")
    },
    "no text": lambda: {**standard(GOOD), "webhook-signature": "v1,\xe9"},
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_forged_and_stale_ones_leave_nothing(shared: Portal, how: str) -> None:
    before = await shared.inbox()
    headers = {name: value.encode("latin-1") for name, value in FORGED[how]().items()}
    answer = await shared.http.post("/webhooks/payments", content=GOOD, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("not signed as Standard Webhooks are: ")
    assert await shared.inbox() == before


WRONG: dict[str, tuple[str, str, str]] = {
    "misspelt": (message(amuont="1"), "data.amuont", "not permitted"),
    "a number": (message(amount=19.99), "data.amount", "valid string"),
    "both": (message(amount_minor=1999), "data", "amount_minor, and not both"),
    "neither": (message(amount=None), "data", "how much"),
    "nothing": (message(amount="0.00"), "data.amount", "no amount of a payment"),
    "less": (message(amount="-1"), "data.amount", "match pattern"),
    "a mistake": (message(amount="999999999999999999"), "data.amount", "more than USD 9999999999.99"),
    "one too many": (message(amount="10000000000.00"), "data.amount", "more than USD 9999999999.99, the most"),
    "a cent too many": (
        message(amount=None, amount_minor=10**12),
        "data.amount_minor",
        "less than or equal to 999999999999",
    ),
    "half a cent": (message(amount="19.999"), "data.amount", "2 decimal digits at most"),
    "a thousand?": (message(amount="1.000"), "data.amount", "'1.000' is not an amount of USD"),
    "a thousand yen?": (message(amount="1.000", currency="JPY"), "data.amount", "'1.000' is not an amount of JPY"),
    "thousands": (message(amount="1,000"), "data.amount", "match pattern"),
    "an exponent": (message(amount="1e3"), "data.amount", "match pattern"),
    "no number": (message(amount="nan"), "data.amount", "match pattern"),
    "other digits": (message(amount="١٩"), "data.amount", "match pattern"),
    "a space": (message(amount=" 19.99"), "data.amount", "match pattern"),
    "a line": (message(amount="19.99\n"), "data.amount", "match pattern"),
    "no such currency": (message(currency="UDS"), "data.currency", "'UDS' is not a currency of ISO 4217"),
    "a float of cents": (message(amount=None, amount_minor=19.5), "data.amount_minor", "valid integer"),
    "a yes": (message(amount=None, amount_minor=True), "data.amount_minor", "valid integer"),
    "cents of nothing": (message(amount=None, amount_minor=0), "data.amount_minor", "greater than 0"),
    "no currency": (message(currency=None), "data.currency", "required"),
    "a sign": (message(currency="$"), "data.currency", "match pattern"),
    "no id": (message(id=None), "data.id", "required"),
    "an empty id": (message(id=""), "data.id", "at least 1"),
    "an endless id": (message(id="x" * 201), "data.id", "at most 200"),
    "an odd invoice": (message(invoice="../1"), "data.invoice", "write 1 to 64 letters"),
    "nobody": (message(invoice=None), "data", "whose is it"),
    "no zone": (message(at="2026-11-25T10:00:00"), "data.at", "timezone"),
    "a number of seconds": (message(at=1764547200), "data.at", "must be an instant with its offset, like 2026"),
    "seconds": (message(at="1764547200"), "data.at", "must be an instant with its offset, like 2026"),
    "a stone age": (message(at="1970-01-01T00:00:00Z"), "data.at", "the year 1970"),
    "a reversal of nothing": (message("payment.reversed"), "data.payment", "required"),
    "maybe": (message("payment.reversed", payment="p", chargeback="yes"), "data.chargeback", "valid boolean"),
    "restored from nothing": (message("payment.restored"), "data.reversal", "required"),
    "a method with money": (message("method.changed"), "data.amount", "not permitted"),
    "no data": (json.dumps({"type": "payment.received", "timestamp": "2026-11-25T10:00:00Z"}), "data", "required"),
    "no time": (json.dumps({"type": "payment.received", "data": {}}), "timestamp", "required"),
    "the end of time": (message().replace("2026-11-25T10:00:00Z", "9999-12-31T23:59:59-12:00"), "timestamp", "9999"),
    "no type": (json.dumps({"data": {}}), "type", "required"),
    "no JSON": ("hello", "(body)", "JSON"),
    "no object": ("[]", "(body)", "object"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_the_programmer_hears_which_key_is_wrong_and_why(shared: Portal, what: str) -> None:
    body, key, why = WRONG[what]
    before = await shared.inbox()
    answer = await shared.payment(body, standard(body))
    assert answer.status_code == 400
    said = answer.json()
    assert said["error"] == "the message is not well-formed"
    assert any(each["key"] == key and why in each["why"] for each in said["errors"]), said
    assert await shared.inbox() == before


async def test_other_types_are_accepted_and_ignored(shared: Portal) -> None:
    body = json.dumps({"type": "customer.created", "data": 5})
    answer = await shared.payment(body, standard(body, "msg_other"))
    assert (answer.status_code, answer.json()) == (200, {"outcome": "ignored"})
    assert await shared.store.event("payments", "msg_other") is None


async def test_an_endless_event_id_is_refused(shared: Portal) -> None:
    assert (await shared.payment(GOOD, standard(GOOD, "x" * 256))).status_code == 400


async def test_only_post_is_taken(shared: Portal) -> None:
    answer = await shared.http.get("/webhooks/payments")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_what_each_message_says() -> None:
    received = news_in(message(amount=None, amount_minor=1999, method="transfer", at="2026-11-24T23:00:00-05:00"))
    assert received is not None
    assert isinstance(received.fact, Payment)
    assert (str(received.fact.amount), received.fact.method) == ("USD 19.99", "transfer")
    assert received.fact.at.isoformat() == "2026-11-25T04:00:00+00:00"
    reversed_ = news_in(message("payment.reversed", payment="bank-1", id="rev-1", chargeback=True, reason="fraud"))
    assert reversed_ is not None
    assert isinstance(reversed_.fact, Reversal)
    fact = reversed_.fact
    assert (fact.id, fact.payment, fact.chargeback, fact.reason) == ("rev-1", "bank-1", True, "fraud")
    restored = news_in(message("payment.restored", reversal="rev-1", id="won-1", invoice=None, account="bakery"))
    assert restored is not None
    assert isinstance(restored.fact, Restored)
    assert (restored.account, restored.fact.reversal) == ("bakery", "rev-1")
    bare = {"amount": None, "currency": None, "id": None, "invoice": None}
    changed = news_in(message("method.changed", **bare, payer="cus_9", note="a new card"))
    assert changed is not None
    assert isinstance(changed.fact, MethodChanged)
    assert (changed.payer, changed.fact.note) == ("cus_9", "a new card")
    assert changed.fact.at.isoformat() == "2026-11-25T10:00:00+00:00"


@pytest.mark.parametrize(("currency", "amount", "minor"), [("JPY", "500", 500), ("KWD", "1.005", 1005)])
def test_amounts_have_the_digits_of_their_currency(currency: str, amount: str, minor: int) -> None:
    news = news_in(message(amount=amount, currency=currency))
    assert news is not None
    assert isinstance(news.fact, Payment)
    assert news.fact.amount.minor == minor


async def test_what_was_kept_by_an_older_version_and_is_unreadable_goes_to_a_person(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.inbox.backoff.LONGEST", 0.001)
    async with portal(url) as door:
        stored = message(amount=5)
        await door.store.receive([InboxEvent(source="payments", id="old", body=stored, at=now())])
        door.delivery.ring()
        assert await door.until_handled("old", "payments") == "failed: see ticket"
        said = await door.payment(GOOD, standard(GOOD, "old"))
    assert (said.status_code, said.json()["outcome"]) == (200, "failed: see ticket")
