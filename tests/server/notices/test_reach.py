"""Nobody is cut off before a warning reached an address that still works afterwards: cases on a real server."""

from typing import Any

import pytest

from dunning.records.accounts import Contact
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


def hosted(name: str) -> dict[str, Any]:
    """A service with a domain, and one contact that is hosted there."""
    domain = f"{name.lower()}.example"
    return {
        "services": [{"kind": "website", "user": f"u-{name.lower()}", "domain": domain}],
        "emails": [f"billing@{domain}"],
    }


async def subjects(stage: Stage, email: str) -> list[str]:
    """What an address got, oldest first; a message that came twice would be here twice."""
    books = await stage.companies.mail.books()
    return [mail.subject for mail in books.to(email) for _ in range(mail.copies)]


async def add_contact(playing: Playing, email: str) -> None:
    """What staff does once the customer told them another address."""
    account = await playing.stage.store.account(playing.account)
    more = Contact(account=account.id, email=email, rank=len(account.contacts))
    await playing.stage.store.put_account(account.model_copy(update={"contacts": (*account.contacts, more)}))


@pytest.mark.req("S2-19", "S3-21", "S3-22")
@pytest.mark.promise(3)
async def test_a_suspension_waits_until_somebody_outside_was_warned(a_stage: Stage):
    playing = await begin(a_stage, "REACH-1", ASO, decline=1, **hosted("REACH-1"))
    await playing.to_day(-10)
    assert await playing.mails() == ["Customer Invoice", "Please Add an Outside Contact"]
    await playing.to_day(10)
    assert await playing.levels() == []
    (ticket,) = await a_stage.store.tickets(playing.account)
    assert ticket.subject == "No address outside our own servers: ask acct-REACH-1 for one"
    await playing.to_day(12)
    assert await playing.levels() == []
    assert len(await a_stage.store.tickets(playing.account)) == 1, "asked once"
    warnings = [mail for mail in await playing.mails() if mail.endswith(("Overdue Notice", "Invoice Overdue"))]
    assert warnings == ["First Invoice Overdue Notice", "Second Invoice Overdue Notice"], "there is nobody else to warn"
    await add_contact(playing, "reach-1@post.example")
    await playing.to_day(13)
    assert await playing.levels() == [], "the warning has just been written, and its interval is a day"
    assert await subjects(a_stage, "reach-1@post.example") == ["Invoice Overdue"]
    await playing.to_day(14)
    assert await playing.levels() == ["suspended"]


@pytest.mark.req("S3-20")
async def test_warnings_and_the_notice_of_the_suspension_also_go_to_the_outside_contact(a_stage: Stage):
    row = hosted("REACH-2")
    row["emails"] += ["reach-2@post.example"]
    playing = await begin(a_stage, "REACH-2", COURTESY, decline=2, **row)
    await playing.to_day(10)
    assert await playing.levels() == ["suspended"]
    mails = ["Courtesy Invoice", "Payment Failed", "Payment Failed", "Invoice Reminder: Services Suspended"]
    assert await playing.mails() == mails
    assert await subjects(a_stage, "reach-2@post.example") == mails
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"
    assert await subjects(a_stage, "reach-2@post.example") == mails, "a receipt warns of nothing"
    assert await a_stage.store.tickets(playing.account) == ()


@pytest.mark.req("S2-20")
async def test_a_warning_that_the_outside_address_refused_warned_nobody_there(a_stage: Stage):
    row = hosted("REACH-3")
    row["emails"] += ["reach-3@post.example"]
    await a_stage.companies.mail.script("reach-3@post.example", "refuse:550", times=9)
    playing = await begin(a_stage, "REACH-3", ASO, decline=1, **row)
    await playing.to_day(10)
    assert await playing.levels() == []
    assert "Please Add an Outside Contact" not in await playing.mails(), "there is one, as far as anybody knows"
    (ticket,) = await a_stage.store.tickets(playing.account)
    assert "1 of its 2 contacts would be cut off" in ticket.body


async def test_a_case_whose_contacts_are_all_outside_is_not_touched(a_stage: Stage):
    row: dict[str, Any] = {**hosted("REACH-4"), "emails": ["reach-4@post.example", "billing@reach-4.example"]}
    playing = await begin(a_stage, "REACH-4", ASO, decline=1, **row)
    await playing.to_day(10)
    assert await playing.levels() == ["suspended"]
    assert await subjects(a_stage, "billing@reach-4.example") == []
