"""The archive of notices: found by their own id, by invoice and by account; nobody at all is no empty list."""

from datetime import timedelta

import pytest

from composition import Composition
from dunning.records.mail import NoticeCopy, NoticeText
from operations.errors import NotFoundError, RefusedError
from tests.operations.opening import now, opened

WORDS = NoticeText(subject="First Invoice Overdue Notice", text="Hello,\n", html="<p>Hello,</p>", template="t@1")


async def sent(made: Composition, name: str, invoice: str, account: str, hours: int) -> NoticeCopy:
    at = now().replace(microsecond=0) - timedelta(hours=hours)
    copy = NoticeCopy(id=name, invoice=invoice, account=account, recipient="a@b.example", at=at, content=WORDS)
    await made.store.put_notice(copy)
    return copy


async def test_each_is_found_as_it_was_sent_and_all_of_a_name_oldest_first(made: Composition) -> None:
    await opened(made, "OPNOTE-1", account="of-opnote")
    await opened(made, "OPNOTE-2", account="of-opnote")
    late = await sent(made, "OPNOTE-1:late:0", "OPNOTE-1", "of-opnote", 1)
    early = await sent(made, "OPNOTE-1:early:0", "OPNOTE-1", "of-opnote", 3)
    other = await sent(made, "OPNOTE-2:early:0", "OPNOTE-2", "of-opnote", 2)
    assert await made.archive.copy(late.id) == late
    assert await made.archive.of("OPNOTE-1") == (early, late)
    assert await made.archive.of("of-opnote") == (early, other, late)


async def test_who_was_sent_nothing_yet_has_no_notices_and_whom_nobody_knows_is_refused(made: Composition) -> None:
    await opened(made, "OPNOTE-3")
    for name in ("OPNOTE-3", "of-OPNOTE-3"):
        assert await made.archive.of(name) == ()
    with pytest.raises(NotFoundError, match="OPNOTE-NOBODY: there is no such invoice or account"):
        await made.archive.of("OPNOTE-NOBODY")
    with pytest.raises(RefusedError, match="OPNOTE-3:never:0: there is no such notice"):
        await made.archive.copy("OPNOTE-3:never:0")
