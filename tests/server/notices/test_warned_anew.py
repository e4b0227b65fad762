"""A warning holds no longer than what it was about: who is past due anew is warned anew, on the real server."""

from datetime import timedelta

import pytest

from adapters.templates.locale import writing
from dunning.case.facts import DueDateChange, Reversal
from dunning.records.inbox import News
from operations.money.deliver_news import DeliverNews
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin


@pytest.mark.promise(3)
async def test_nobody_is_suspended_on_warnings_of_before_the_due_date_moved(a_stage: Stage) -> None:
    playing = await begin(a_stage, "ANEW-1", "a-small-orange", decline=1)
    await playing.to_day(9)
    before = ["Customer Invoice", "Credit Card Payment failed"]
    before += ["First Invoice Overdue Notice", "Second Invoice Overdue Notice"]
    assert await playing.mails() == before
    await playing.update("change_due_date", DueDateChange(due=playing.row.due + timedelta(days=9)))
    await playing.to_day(18)
    assert await playing.mails() == before
    await playing.to_day(19)
    assert await playing.levels() == [], "the last warning came on the new due date, and was about the old one"
    assert await playing.mails() == [*before, "Invoice Overdue"]
    mail = (await a_stage.companies.mail.books()).to(playing.email)[-1]
    day = writing("en_US", playing.plan.zone, "").day(playing.row.due + timedelta(days=20))
    assert f"will be suspended on {day}." in " ".join(mail.text.split())
    await playing.to_day(20)
    assert await playing.levels() == ["suspended"], "on the day that was announced"


@pytest.mark.promise(3)
async def test_who_is_charged_back_is_warned_anew_and_suspended_on_the_day_that_says(open_stage: Stage) -> None:
    """Both warnings came before the payment: they were about what is settled, and count no more once it is back."""
    playing = await begin(open_stage, "ANEW-2", "a-small-orange", decline=1)
    await playing.to_day(9)
    await playing.signal(payment="anew-2-money")
    assert await playing.outcome() == "paid"
    before = await playing.mails()
    money = playing.row.amount
    back = Reversal(id="anew-2-back", payment="anew-2-money", amount=money, at=playing.moment(9, 60), chargeback=True)
    news = DeliverNews(open_stage.store, open_stage.made(playing.skipper.client).cases)
    assert (await news.deliver(News(invoice="ANEW-2", fact=back))).outcome == "reopened"
    suspended = await _first_day_suspended(playing)
    assert (await playing.mails())[len(before) :][:2] == ["Payment Taken Back", "Invoice Overdue"]
    mails = (await open_stage.companies.mail.books()).to(playing.email)
    warning = next(" ".join(mail.text.split()) for mail in mails if mail.subject == "Invoice Overdue")
    day = writing("en_US", playing.plan.zone, "").day(playing.row.due + timedelta(days=suspended))
    assert f"will be suspended on {day}." in warning


async def _first_day_suspended(playing: Playing) -> int:
    """The warning is there on the day before, at the latest. The woken case has its own clock, which begins now."""
    for day in range(-1, 24):
        warned = "Invoice Overdue" in await playing.mails()
        await playing.to_day(day)
        if await playing.levels() == ["suspended"]:
            assert warned
            return day
    raise AssertionError("nobody was suspended")
