"""`breaker show`, `allow`, `keep`: what people see and decide when too many came at once (promise 10)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.store import SqlStore
from dunning.fleet.breaker import ADMITTED, DELETE, SUSPEND, Limits
from dunning.ports.cases import NoCaseError
from dunning.records.books import KnownInvoice
from dunning.records.effects import Consequence, Counted
from operations.fleet.breaker import BreakerDecisions, Meant
from tests.cli.command import Operate, Said
from tests.operations.deaf import Deaf

AT = datetime(2026, 12, 25, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.promise(10)
REASON = ("--reason", "looked at them")
WHY = (*REASON, "--yes")


@pytest.fixture
def made_breaker(store: SqlStore) -> BreakerDecisions:
    return BreakerDecisions(store, Deaf(NoCaseError("closed")), lambda: AT)


async def stop(store: SqlStore, *names: str, action: Counted = SUSPEND, policy: str = "courtesy-5-10-35") -> None:
    """The breaker stops all of them, a minute apart."""
    for place, name in enumerate(names):
        await store.open_invoice(
            KnownInvoice(number=name, account=f"{name}-acct", policy=policy, due=date(2026, 12, 1))
        )
        at = AT + timedelta(minutes=place)
        row = Consequence(
            key=f"{name}:{action}", account=f"{name}-acct", invoice=name, action=action, at=at, status=ADMITTED
        )
        await store.admit([row], Limits(most=0))


async def statuses(store: SqlStore) -> dict[str, str]:
    return {row.invoice: row.status for row in await store.stopped()}


async def done(operate: Operate, *words: str) -> Said:
    said = await operate("breaker", *words)
    assert said.status == 0, said.err
    return said


async def test_a_quiet_breaker_says_so(store: SqlStore, offline: Operate) -> None:
    assert await store.stopped() == ()
    assert (await done(offline, "show")).out == "the breaker holds nothing back\n"
    assert (await done(offline, "show", "--json")).json == []
    assert (await done(offline, "allow", "--by", "ana", *WHY)).out == "nothing of that waits for the breaker\n"
    assert (await done(offline, "keep", "--by", "ana", *REASON)).out == "nothing of that waits for the breaker\n"


async def test_show_says_since_when_how_many_under_which_policies_and_whose(store: SqlStore, offline: Operate) -> None:
    await stop(store, *(f"B-{n:02}" for n in range(21)))
    await stop(store, "B-99", policy="whmcs-default")
    lines = (await done(offline, "show")).out.splitlines()
    assert lines[:2] == [
        "22 suspensions wait for a person since 2026-12-25 14:30Z; incident B-00:suspend",
        "  policies: courtesy-5-10-35 21, whmcs-default 1",
    ]
    assert "since (UTC)" in lines[3]
    assert [word in lines[5] for word in ("B-00", "B-00-acct", "courtesy-5-10-35", "2026-12-25 14:30")] == [True] * 4
    assert lines[-4:] == [
        "  and 2 more: --all or --json",
        "  allow: starter.py breaker allow --incident B-00:suspend --most 100 --by YOU --reason WHY",
        "  keep:    starter.py breaker keep --incident B-00:suspend --by YOU --reason WHY",
        "",
    ]
    everything = (await done(offline, "show", "--all")).out
    assert all(f"B-{n:02}-acct" in everything for n in range(21))
    (shown,) = (await done(offline, "show", "--json")).json
    assert (shown["action"], shown["status"], shown["incident"]) == ("suspend", "deferred", "B-00:suspend")
    assert (shown["since"], shown["count"]) == ("2026-12-25T14:30:00+00:00", 22)
    assert shown["policies"] == {"courtesy-5-10-35": 21, "whmcs-default": 1}
    assert [row["account"] for row in shown["stopped"]][-1] == "B-20-acct"


async def test_allow_goes_in_stages_oldest_first_and_needs_no_repeat_when_temporal_is_away(
    store: SqlStore, offline: Operate
) -> None:
    await stop(store, "B-1", "B-2", "B-3", "B-4", "B-5")
    said = await done(offline, "allow", "--most", "2", "--by", "ana", *WHY)
    assert said.out == "2 allowed; 0 case(s) told; 3 still wait\n"
    assert "no Temporal server answers at 127.0.0.1:1" in said.err
    assert "nothing has to be repeated: the cases that were not told find out within 6 hours" in said.err
    assert list(await statuses(store)) == ["B-3", "B-4", "B-5"]
    named = (await done(offline, "allow", "B-5", "--by", "ana", *WHY, "--json")).json
    assert (named["outcome"], named["count"], named["left"], named["woken"]) == ("allowed", 1, 0, 0)
    assert [row["key"] for row in named["decided"]] == ["B-5:suspend"]
    again = await done(offline, "allow", "B-5", "B-1", "--by", "ben", *WHY)
    assert again.out.splitlines() == [
        "B-1: suspend is allowed already, by ana (looked at them)",
        "B-5: suspend is allowed already, by ana (looked at them)",
    ]
    assert list(await statuses(store)) == ["B-3", "B-4"]
    assert [ticket.subject for ticket in await store.tickets("")] == [
        "The breaker: 2 suspensions allowed by ana",
        "The breaker: 1 suspension allowed by ana",
    ]


async def test_a_case_that_is_closed_needs_not_be_told(operate: Operate, store: SqlStore) -> None:
    await stop(store, "BRK-no-case-any-more")
    said = await done(operate, "allow", "--by", "ana", *WHY)
    assert (said.out, said.err) == ("1 allowed; 0 case(s) told; 0 still wait\n", "")


async def test_keep_lasts_until_it_is_allowed(store: SqlStore, offline: Operate) -> None:
    await stop(store, "B-1", "B-2", "B-3")
    assert (await done(offline, "keep", "B-2", "--by", "ben", *REASON)).out == "1 kept; 0 still wait\n"
    assert await statuses(store) == {"B-1": "deferred", "B-2": "kept", "B-3": "deferred"}
    assert (await done(offline, "keep", "B-2", "--by", "ben", *REASON)).out == "nothing of that waits for the breaker\n"
    assert (await done(offline, "allow", "--by", "ana", *WHY)).out == "2 allowed; 0 case(s) told; 0 still wait\n"
    shown = (await done(offline, "show")).out
    assert shown.startswith(
        "1 suspension was decided against by ben (looked at them) since 2026-12-25 14:31Z; incident B-1:suspend\n"
    )
    assert "breaker keep" not in shown
    assert await statuses(store) == {"B-2": "kept"}
    await done(offline, "allow", "--kept", "--by", "ana", *WHY)
    assert await statuses(store) == {}


async def test_one_that_is_kept_is_released_by_its_number(store: SqlStore, offline: Operate) -> None:
    await stop(store, "B-1")
    await done(offline, "keep", "--by", "ben", *REASON)
    await done(offline, "allow", "B-1", "--by", "ana", *WHY)
    assert await store.stopped() == ()


async def test_deletions_are_never_released_along_with_suspensions(store: SqlStore, offline: Operate) -> None:
    await stop(store, "B-1", "B-2")
    await stop(store, "B-3", action=DELETE)
    said = await offline("breaker", "allow", "--by", "ana", *WHY)
    assert (said.status, said.out) == (2, "")
    assert "--incident: there are several; name one: B-1:suspend, B-3:delete" in said.err
    assert len(await store.stopped()) == 3
    await done(offline, "allow", "--incident", "B-1:suspend", "--by", "ana", *WHY)
    assert list(await statuses(store)) == ["B-3"]


async def test_several_are_allowed_only_when_the_person_types_how_many(store: SqlStore, offline: Operate) -> None:
    await stop(store, "B-1", "B-2", "B-3")
    words = ("breaker", "allow", "--most", "2", "--by", "ana", *REASON)
    said = await offline(*words, stdin="2\n")  # a pipe is nobody
    assert (said.status, said.out) == (2, "")
    assert "--yes: 2 of these are allowed to happen; nobody can be asked here" in said.err
    for line in ("2026-12-25 14:30 · B-1 · B-1-acct", "2026-12-25 14:31 · B-2 · B-2-acct"):
        assert line in said.err
    assert "B-3" not in said.err
    said = await offline(*words, stdin="3\n", typed=True)
    assert (said.status, "3 was not typed" in said.err, "2 was not typed: nothing was done" in said.err) == (
        2,
        False,
        True,
    )
    assert set((await statuses(store)).values()) == {"deferred"}
    assert (await offline(*words, stdin="2\n", typed=True)).status == 0
    assert await statuses(store) == {"B-3": "deferred"}
    assert (await offline("breaker", "allow", "--by", "ana", *REASON)).status == 0, "one alone is not asked about"
    assert await statuses(store) == {}
    (first, _) = await store.tickets("")
    assert first.body.startswith("Reason: looked at them\n- ")


async def test_what_came_after_the_list_was_shown_was_not_agreed_to(
    store: SqlStore, made_breaker: BreakerDecisions
) -> None:
    await stop(store, "B-1", "B-2")
    meant = Meant("ana", "looked")
    agreed = frozenset(row.key for row in await made_breaker.allowable(meant))
    await stop(store, "B-3")
    assert [row.invoice for row in (await made_breaker.allow(replace(meant, keys=agreed))).rows] == ["B-1", "B-2"]
    assert list(await statuses(store)) == ["B-3"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("allow",), "--by is missing"),
        (("keep",), "--by is missing"),
        (("allow", "--by", "ana"), "--reason is missing"),
        (("keep", "--by", "ana"), "--reason is missing"),
        (("allow", "--by", " ", *WHY), "--by: it must not be empty"),
        (("allow", "--by", "ana", "--reason", " ", "--yes"), "--reason: say why"),
        (("allow", "--by", "ana", *WHY, "--incident", ""), "it is empty; leave the option out if all are meant"),
        (("keep", "--by", "ana", *REASON, "--incident="), "it is empty; leave the option out if all are meant"),
        (("allow", "--by", "ana", *WHY, "--most", "0"), "--most: 0 is not a number of invoices"),
        (("allow", "B-9", "B-1", "B-8", "--by", "ana", *WHY), "B-8, B-9: the breaker holds nothing back of it"),
        (("keep", "--by", "ana", *REASON, "--incident", "B-7:suspend"), "--incident: nothing is left of 'B-7:suspend'"),
    ],
)
async def test_bad_input_is_refused_and_changes_nothing(
    store: SqlStore, offline: Operate, words: tuple[str, ...], text: str
) -> None:
    await stop(store, "B-1")
    said = await offline("breaker", *words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err
    assert await statuses(store) == {"B-1": "deferred"}
