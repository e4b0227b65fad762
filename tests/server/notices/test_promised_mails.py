"""Mails that the source documents promise by their day, as a mail server took them: each fails without its sending."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from dunning.calendar import local_date
from sandbox.mail.books import Message
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


async def taken(life: Playing) -> list[Message]:
    return (await life.stage.companies.mail.books()).to(life.email)


def days(life: Playing, mails: list[Message]) -> list[tuple[int, str]]:
    """Days from the due date, by the date that stands in the mail itself."""
    return [((local_date(_written(mail), life.plan.zone) - life.row.due).days, mail.subject) for mail in mails]


def _written(mail: Message) -> datetime:
    return parsedate_to_datetime(mail.date)


@pytest.mark.req("S2-02", "S2-03", "S2-22", "S2-23")
async def test_the_invoice_is_mailed_on_the_day_it_is_made_ten_days_before_the_renewal(a_stage: Stage) -> None:
    life = await begin(a_stage, "MAILS-ISSUE", ASO, due_in=12)
    await life.to_day(-11)
    assert await taken(life) == []
    await life.to_day(-10)
    (mail,) = await taken(life)
    assert days(life, [mail]) == [(-10, "Customer Invoice")]
    assert f"{life.row.due:%B} {life.row.due.day}, {life.row.due.year}" in " ".join(mail.text.split())
    await life.to_day(-1)
    assert len(await taken(life)) == 1


@pytest.mark.req("S2-04", "S2-24", "S2-25")
async def test_past_due_and_still_inside_ten_days_more_mail_comes(a_stage: Stage) -> None:
    life = await begin(a_stage, "MAILS-OVERDUE", ASO)
    await a_stage.companies.payments.script(life.account, "no_method", times=None)
    await life.to_day(9)
    assert await life.levels() == []
    past_due = [(day, subject) for day, subject in days(life, await taken(life)) if day > 0]
    assert (5, "First Invoice Overdue Notice") in past_due
    assert (9, "Second Invoice Overdue Notice") in past_due


@pytest.mark.req("S3-05")
async def test_the_courtesy_invoice_is_mailed_ten_days_before_it_is_due(a_stage: Stage) -> None:
    life = await begin(a_stage, "MAILS-COURTESY", COURTESY, due_in=12)
    await life.to_day(-11)
    assert await taken(life) == []
    await life.to_day(-10)
    assert days(life, await taken(life)) == [(-10, "Courtesy Invoice")]


@pytest.mark.req("S3-16", "S3-10")
async def test_the_failure_mail_of_day_5_says_log_in_and_pay_and_what_is_owed(a_stage: Stage) -> None:
    life = await begin(a_stage, "MAILS-FAILED", COURTESY, decline=2)
    await life.to_day(5)
    mail = (await taken(life))[-1]
    assert days(life, [mail]) == [(5, "Payment Failed")]
    text = " ".join(mail.text.split())
    assert "log in and pay" in text
    assert "$19.99" in text


@pytest.mark.req("S2-21")
async def test_every_notice_in_the_archive_went_by_mail_and_by_nothing_else(a_stage: Stage) -> None:
    """Nothing is sent on paper: each copy has an address, and the mail server took it under its own Message-ID."""
    life = await begin(a_stage, "MAILS-ONLY", ASO, decline=1)
    await life.to_day(31)
    copies = await a_stage.store.notices(life.row.invoice)
    assert len(copies) > 3
    assert {copy.recipient for copy in copies} == {life.email}
    assert {copy.message_id for copy in copies} == {mail.message_id for mail in await taken(life)}
    assert {copy.status for copy in copies} == {"delivered"}


@pytest.mark.req("S2-08")
async def test_a_panel_that_follows_within_a_quarter_of_an_hour_is_no_ticket(a_stage: Stage) -> None:
    """The tries of the first 13 minutes fail; a patience of seconds would have told Billing and the customer."""
    life = await begin(a_stage, "MAILS-PATIENCE", ASO, decline=1)
    await life.to_day(10)
    await a_stage.companies.panel.script(life.user, "lie", times=10)
    await life.signal()
    await life.to_day(11)
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]
    assert await a_stage.store.tickets(life.account) == ()
    assert "Your Services Are Not Back Yet" not in await life.mails()


async def test_the_mail_with_an_invoice_says_what_it_is_for_and_later_ones_do_not(a_stage: Stage) -> None:
    lines = [{"text": "Web hosting", "amount": "USD 20.99"}, {"text": "Discount", "amount": "USD -1"}]
    life = await begin(a_stage, "LINES-1", "a-small-orange", lines=lines)
    await life.to_day(6)
    issued, *later = [" ".join(m.text.split()) for m in (await a_stage.companies.mail.books()).to(life.email)]
    assert "This invoice is for: Web hosting ($20.99), Discount (-$1.00)." in issued
    assert later
    assert not any("This invoice is for" in text for text in later)
