"""A warning holds no longer than what it was about: who is past due anew is warned anew, on the real server."""

from datetime import timedelta

import pytest

from adapters.templates.locale import writing
from dunning.case.facts import DueDateChange
from sandbox.stage.stage import Stage
from tests.server.playing import begin


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
