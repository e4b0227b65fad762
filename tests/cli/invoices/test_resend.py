"""`notices resend`: a copy of a notice for a customer who asks for it, which says of which day it is."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.records.mail import NoticeCopy
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.server.playing import Playing, begin

ASO = "a-small-orange"


async def issued(stage: Stage, name: str, locale: str = "en_US") -> tuple[Playing, NoticeCopy]:
    playing = await begin(stage, name, ASO, decline=1, locale=locale)
    await playing.to_day(-10)
    return playing, (await stage.store.notices(name))[0]


async def test_a_copy_goes_out_and_says_of_which_day_it_is(a_stage: Stage, operate: Operate) -> None:
    playing, notice = await issued(a_stage, "RESEND-1")
    before = await playing.case()
    said = await operate("notices", "resend", notice.id)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"RESEND-1:resent:{notice.id}:0 sent to {playing.email}: 250")
    assert await playing.mails() == [notice.content.subject, f"Copy: {notice.content.subject}"]
    copy = await a_stage.store.notice(f"RESEND-1:resent:{notice.id}:0")
    assert copy
    assert f"this copy of what we wrote to you on {notice.at:%A, %B} {notice.at.day}," in copy.content.text
    assert "19.99" in copy.content.text
    assert copy.announced is None, "it warns of nothing"
    assert abs(copy.at - datetime.now(UTC)) < timedelta(minutes=5), "its own time is that of its sending"
    assert await playing.case() == before, "no case hears of it"
    again = await operate("notices", "resend", notice.id, "--to", playing.email, "--json")
    assert again.json["id"] == f"RESEND-1:resent:{notice.id}:1"


async def test_it_is_in_the_customer_s_language(a_stage: Stage, operate: Operate) -> None:
    _, notice = await issued(a_stage, "RESEND-2", locale="de_DE")
    copy = (await operate("notices", "resend", notice.id, "--json")).json
    assert copy["content"]["subject"] == f"Kopie: {notice.content.subject}"
    assert "Sie haben um diese Kopie unserer Nachricht vom" in copy["content"]["html"]


async def test_a_mail_that_may_have_arrived_is_sent_again_as_the_same_one(a_stage: Stage, operate: Operate) -> None:
    playing, notice = await issued(a_stage, "RESEND-3")
    first = NoticeCopy.model_validate((await operate("notices", "resend", notice.id, "--json")).json)
    await a_stage.store.put_notice(first.model_copy(update={"status": "unknown"}))
    second = NoticeCopy.model_validate((await operate("notices", "resend", notice.id, "--json")).json)
    assert (second.id, second.message_id, second.status) == (first.id, first.message_id, "delivered")
    assert len(await playing.mails()) == 3, "the stand-in shows both, a mail program one"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("RESEND-NONE:issue:0",), "there is no such notice"),
        (("{id}", "--to", "eve@evil.example"), "eve@evil.example is no address of account 'acct-RESEND-4' that works"),
    ],
)
async def test_what_cannot_be_is_refused(a_stage: Stage, operate: Operate, words: tuple[str, ...], why: str) -> None:
    known = await a_stage.store.notices("RESEND-4")
    notice = known[0] if known else (await issued(a_stage, "RESEND-4"))[1]
    said = await operate("notices", "resend", *(word.format(id=notice.id) for word in words))
    assert (said.status, said.out) == (2, "")
    assert why in said.err


async def test_what_never_went_out_has_no_copy(a_stage: Stage, operate: Operate) -> None:
    _, notice = await issued(a_stage, "RESEND-5")
    await a_stage.store.put_notice(notice.model_copy(update={"status": "refused"}))
    said = await operate("notices", "resend", notice.id)
    assert (said.status, "it never went out (it is refused)" in said.err) == (2, True)
