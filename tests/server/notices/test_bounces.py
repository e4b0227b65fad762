"""A whole story on a real server: the last notice before a suspension comes back, and somebody else is warned first."""

import aiosmtplib
import pytest

from dunning.records.mail import NoticeCopy
from sandbox.stage.stage import Stage
from tests.dunning.reports import postfix
from tests.portal.world import until
from tests.server.playing import Playing, begin

FIRST, SECOND = "gone@bakery.example", "partner@bakery.example"


async def hand_over(stage: Stage, raw: bytes, to: str) -> None:
    """As the operator's mail server does, to the address that the mail was sent from."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=stage.mail_in, start_tls=False) as client:
        await client.mail("")
        await client.rcpt(to)
        assert (await client.data(raw)).code == 250


async def mails_to(playing: Playing, email: str) -> list[str]:
    return [mail.subject for mail in (await playing.stage.companies.mail.books()).to(email)]


async def notice(playing: Playing, step: str) -> NoticeCopy:
    found = await playing.stage.store.notice(f"{playing.row.invoice}:{step}:0")
    assert found is not None
    return found


@pytest.mark.promise(3)
@pytest.mark.req("S2-19", "S2-20")
async def test_nobody_is_suspended_on_a_notice_that_came_back_until_the_next_contact_was_warned(
    open_stage: Stage,
) -> None:
    playing = await begin(open_stage, "BOUNCE-1", "a-small-orange", decline=1, emails=[FIRST, SECOND])
    await playing.to_day(9)
    assert await mails_to(playing, SECOND) == []
    sent = await notice(playing, "second-overdue")
    mails = (await open_stage.companies.mail.books()).to(FIRST)
    (came_from,) = [mail.sender for mail in mails if mail.message_id == sent.message_id]
    await hand_over(open_stage, postfix(sent.message_id, recipient=FIRST, own="bounce-1"), came_from)

    async def warned() -> bool:
        return bool(await mails_to(playing, SECOND))

    await until(warned)
    (again,) = (await open_stage.companies.mail.books()).to(SECOND)
    assert again.subject == "Invoice Overdue"
    assert "Your services will be suspended on" in " ".join(again.text.split()), "it warns in its own words"
    await playing.to_day(10, minutes=20)
    assert await playing.levels() == [], "suspended 20 hours after the only warning that arrived"
    await playing.to_day(10, minutes=60)
    assert await playing.levels() == ["suspended"]
    assert "Second Invoice Overdue Notice" in await mails_to(playing, FIRST), (
        "the first contact got it, and it came back"
    )
    assert (await notice(playing, "second-overdue")).status == "bounced"
    (ticket,) = await open_stage.store.tickets(playing.account)
    assert ticket.notice == sent.id
    done = {each.step: each.kind for each in (await playing.case()).done}
    assert done["second-overdue"] == "bounced"
    assert done["second-overdue:again:bounced:1"] == "delivered"
