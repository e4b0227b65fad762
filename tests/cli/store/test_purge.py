"""`store purge`: what would go, and what went."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.store import SqlStore
from dunning.records.accounts import Account
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail
from tests.cli.command import Operate

LONG_AGO = datetime.now(UTC) - timedelta(days=400)


@pytest.fixture
async def full(store: SqlStore) -> SqlStore:
    await store.put_account(Account(id="a-1", name="Bakery"))
    mails = [InboundMail(id=f"<{n}@x>", sender="", recipient="", at=LONG_AGO, raw=b"", outcome="noted") for n in "abc"]
    await store.receive_mails(mails)
    event = InboxEvent(source="stripe", id="e", body="", at=LONG_AGO)
    await store.receive([event])
    await store.handled(event, "applied")
    return store


async def test_a_dry_run_tells_what_would_go_and_removes_nothing(full: SqlStore, offline: Operate) -> None:
    for _ in range(2):
        said = await offline("store", "purge", "--dry-run")
        assert (said.status, said.err) == (0, "")
        assert said.out.splitlines() == [
            "webhooks and commands 1",
            "mails that came in 3",
            "that is what would be removed; nothing was",
        ]
    assert (await offline("store", "purge", "--dry-run", "--json")).json == {
        "removed": {"inbox": 1, "inbound_mails": 3},
        "dry_run": True,
    }
    assert await full.event("stripe", "e")


async def test_it_removes_what_is_old_and_the_second_time_nothing(full: SqlStore, offline: Operate) -> None:
    said = await offline("store", "purge")
    assert said.out.splitlines()[-1] == f"Purge of {datetime.now(UTC):%Y-%m-%d}: 4 rows removed"
    assert await full.event("stripe", "e") is None
    again = await offline("store", "purge")
    assert again.out.splitlines()[0] == "nothing has been kept for as long as the settings say"


async def test_settings_say_how_long_and_empty_is_for_ever(
    full: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_KEEP_MAILS_DAYS", "")
    monkeypatch.setenv("REPRIEVE_KEEP_INBOX_DAYS", "401")
    assert (await offline("store", "purge", "--json")).json == {"removed": {}, "dry_run": False}
    monkeypatch.setenv("REPRIEVE_KEEP_INBOX_DAYS", "7")
    said = await offline("store", "purge")
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "starter: setting REPRIEVE_KEEP_INBOX_DAYS: it has to be 90 days or more, or 0 for ever: what a company sends "
        "again must be known\n"
    )
    assert await full.event("stripe", "e")
