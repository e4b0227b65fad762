"""One mail for all notices of a customer and day, by policy; each has its own copy, and a retry sends the same mail."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.notices.digest import TAKEN_OVER
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.templates.digest import parts
from dunning.case.case import Opened, open_case
from dunning.case.decisions import follow_up
from dunning.case.ledger import Kind
from dunning.case.orders import NoticeOrder
from dunning.case.results import Delivered
from dunning.money import Money
from dunning.policy.plan import Invoice
from dunning.policy.timeline import plan_for
from dunning.ports.outages import OutageError
from dunning.records.mail import NoticeCopy
from dunning.rules.notice_facts import in_digest
from dunning.rules.order_for import order_for
from tests.notices.office import AT, Office, an_office, order
from tests.portal.world import until

ANNA = "anna@bakery.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    async with an_office(tmp_path, digest_seconds=0.4) as office:
        await office.account(ANNA)
        yield office


async def together(office: Office, *orders: NoticeOrder) -> list[Delivered | BaseException]:
    tries = (office.send(each) for each in orders)
    return list(await asyncio.gather(*tries, return_exceptions=True))  # pyright: ignore[reportReturnType]


async def copies(office: Office) -> dict[str, NoticeCopy]:
    return {copy.invoice: copy for copy in await office.store.account_notices("bakery")}


def notice(invoice: str, **changes: Any) -> NoticeOrder:
    return order(invoice, digest=True, **changes)


async def test_two_notices_of_a_day_go_out_as_one_mail_and_both_are_kept(office: Office) -> None:
    results = await together(office, notice("INV-1"), notice("INV-2", title="Second Invoice Overdue Notice"))
    assert results == [Delivered(notice=f"INV-{n}:first-overdue:0") for n in (1, 2)]
    (mail,) = office.catcher.books.messages
    assert (mail.copies, mail.subject, mail.recipients) == (1, "2 notices about your account", [ANNA])
    kept = await copies(office)
    assert {copy.status for copy in kept.values()} == {"delivered"}
    assert len({copy.digest for copy in kept.values()}) == 1
    sent = await office.store.sent_as([mail.message_id])
    assert {copy.invoice for copy in sent} == {"INV-1", "INV-2"}, "a bounce of the mail is one of both"
    text = mail.text.replace("\r\n", "\n")
    for part in parts(list(kept.values())):
        assert part.text in text, "each is there whole"
    assert text.count("Hello Example Bakery,") == 1
    assert text.count("You get this mail") == 1
    assert mail.html.count("<html") == mail.html.count('class="card"') == 1
    assert mail.html.count('class="pay"') == 2


async def test_a_notice_that_stays_alone_is_a_mail_as_always(office: Office) -> None:
    assert await office.send(notice("INV-1")) == Delivered(notice="INV-1:first-overdue:0")
    (mail,) = office.to(ANNA)
    assert mail.subject == "First Invoice Overdue Notice"
    assert (await copies(office))["INV-1"].digest == ""


async def test_other_customers_other_days_and_notices_without_digest_stay_apart(office: Office) -> None:
    await office.account("bob@butcher.example", name="butcher")
    await together(
        office,
        notice("INV-1"),
        notice("INV-2", at=AT + timedelta(days=1)),
        order("INV-3"),
        notice("INV-4", account="butcher"),
    )
    assert {mail.subject for mail in office.catcher.books.messages} == {"First Invoice Overdue Notice"}
    assert len(office.catcher.books.messages) == 4


async def test_the_day_is_the_customer_s_own(office: Office) -> None:
    late, early = AT.replace(hour=23), AT.replace(hour=13)  # the 7th and the 6th in Tokyo, the 6th in New York
    await together(office, notice("INV-1", at=late, zone="Asia/Tokyo"), notice("INV-2", at=early, zone="Asia/Tokyo"))
    assert len(office.to(ANNA)) == 2
    await together(office, notice("INV-3", at=late), notice("INV-4", at=early))
    assert len(office.to(ANNA)) == 3


async def test_a_refusal_is_everybody_s_and_each_goes_on_to_the_next_contact(office: Office) -> None:
    await office.account(ANNA, "second@bakery.example")
    office.catcher.scripts.add(ANNA, "refuse:550", None)
    results = await together(office, notice("INV-1"), notice("INV-2"))
    assert results == [Delivered(notice=f"INV-{n}:first-overdue:1") for n in (1, 2)]
    refused = [copy for copy in await office.store.account_notices("bakery") if copy.recipient == ANNA]
    assert {(copy.status, copy.detail[:3]) for copy in refused} == {("refused", "550")}
    assert office.to(ANNA) == []
    assert {tuple(mail.recipients) for mail in office.catcher.books.messages} == {("second@bakery.example",)}


async def test_a_retry_after_an_unknown_result_sends_the_same_digest_under_the_same_id(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.notices.digest._SENT", 0.5)
    office.catcher.scripts.add(ANNA, "drop_after_data")
    results = await together(office, notice("INV-1"), notice("INV-2"))
    assert [type(result) for result in results] == [OutageError, OutageError]
    again = await together(office, notice("INV-1"), notice("INV-2"))
    assert [type(result) for result in again] == [Delivered, Delivered]
    (mail,) = office.to(ANNA)
    assert (mail.copies, mail.subject) == (2, "2 notices about your account")


async def test_when_the_one_that_claimed_is_gone_another_sends_after_some_tries(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.notices.digest._SENT", 0.2)
    office.catcher.scripts.add(ANNA, "defer:451")
    await together(office, notice("INV-1"), notice("INV-2"))
    kept = await copies(office)
    (member,) = [name for name, copy in kept.items() if copy.digest != copy.id]
    with pytest.raises(OutageError, match="has not been sent yet"):
        await office.send(notice(member), attempt=TAKEN_OVER)
    assert await office.send(notice(member), attempt=TAKEN_OVER + 1) == Delivered(notice=kept[member].id)
    (mail,) = office.to(ANNA)
    leader = await office.store.notice(kept[member].digest)
    assert leader is not None
    assert (mail.message_id, mail.subject) == (leader.message_id, "2 notices about your account")
    assert {copy.status for copy in (await copies(office)).values()} == {"delivered"}


async def test_a_notice_whose_invoice_is_paid_while_it_waits_is_taken_back(office: Office, tmp_path: Path) -> None:
    async with an_office(tmp_path, digest_seconds=60) as patient:
        waiting = asyncio.create_task(patient.send(notice("INV-1")))
        await until(lambda: copies(office))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await office.send(notice("INV-2"))
    (mail,) = office.to(ANNA)
    assert "INV-1" not in mail.text
    assert (await copies(office))["INV-1"].status == "withdrawn"


async def test_a_notice_that_comes_late_is_a_digest_of_its_own(office: Office) -> None:
    await together(office, notice("INV-1"), notice("INV-2"))
    await office.send(notice("INV-3"))
    assert [mail.subject for mail in office.to(ANNA)] == [
        "2 notices about your account",
        "First Invoice Overdue Notice",
    ]


async def test_it_speaks_the_customer_s_language_and_says_where_answers_go(tmp_path: Path) -> None:
    own = {"First Invoice Overdue Notice": "people@h.example"}
    async with an_office(tmp_path, digest_seconds=0.4, reply_to=own) as office:
        await office.account(ANNA, locale="de_DE")
        await together(office, notice("INV-1"), notice("INV-2"))
        await together(office, notice("INV-3"), notice("INV-4", title="Customer Invoice"))
        same, mixed = office.to(ANNA)
        assert same.subject == "2 Nachrichten zu Ihrem Kundenkonto"
        assert dict(same.headers)["Reply-To"] == "people@h.example"
        assert dict(mixed.headers)["Reply-To"] == "no-reply@hosting.example"
        assert "Antworten auf diese E-Mail werden nicht gelesen." in mixed.text.replace("\r\n", " ")


class TestPolicy:
    """Which notices may wait: rules alone."""

    def case(self, *, digest: bool = True) -> Opened:
        policy = load_policy("courtesy-5-10-35", ROOT / "policies").model_copy(update={"digest": digest})
        invoice = Invoice(number="INV-1", account="a", amount=Money.parse("USD 19.99"), due=AT.date())
        return Opened(invoice=invoice, plan=plan_for(policy, invoice), reach="outside", generation=1)

    @pytest.mark.parametrize(
        ("step", "waits"),
        [
            ("issue", True),
            ("suspend:told", True),
            ("suspend:again:1", True),
            ("suspend:again:1:again:bounced:1", True),
            ("charge:told", False),
            ("second-charge:told", False),
            ("confirm:pay-1", False),
            ("reversal:re-1", False),
            ("undo:1", False),
        ],
    )
    def test_only_what_the_plan_dates_waits(self, step: str, waits: bool) -> None:
        case = open_case(self.case(), AT)
        assert case.entries[0].kind is Kind.INVOICE
        milestone = case.plan.milestone(step) or follow_up(step, AT, "Any Title")
        assert in_digest(case, milestone) is waits
        if not step.startswith(("confirm", "reversal")):
            written = order_for(case, milestone, AT)
            assert isinstance(written, NoticeOrder)
            assert written.digest is waits

    def test_only_where_the_policy_says_so(self) -> None:
        case = open_case(self.case(digest=False), AT)
        assert not in_digest(case, case.plan.milestones[0])
