"""`audit verify` and `audit show`, as typed."""

import hashlib

import pytest
from sqlalchemy import text

from adapters.store import SqlStore
from cli.audit.audit import WHAT_TO_DO
from cli.shell.options import now
from dunning.audit.wanted import Wanted
from dunning.audit.words import Words
from operations.audit.log import AuditLog
from tests.cli.command import Operate


@pytest.fixture
def log(store: SqlStore) -> AuditLog:
    return AuditLog(store, now)


async def by_hand(store: SqlStore, statement: str) -> None:
    async with store._writing() as connection:
        await connection.execute(text(statement))


async def test_a_log_that_is_whole_says_so_with_its_newest_link(log: AuditLog, offline: Operate) -> None:
    first = await log.write(Words(what="link", by="ann"))
    newest = await log.write(Words(what="link", by="ben"))
    said = await offline("audit", "verify", "--expect", first.link)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "2 entries looked at",
        f"newest: entry 2 of {newest.at}",
        f"link {newest.link}",
        "each is as it was written, where it was",
    ]
    told = (await offline("audit", "verify", "--since", first.link, "--json")).json
    assert (told["entries"], told["link"], told["whole"]) == (1, newest.link, True)


async def test_nothing_written_yet_is_whole(store: SqlStore, offline: Operate) -> None:
    said = await offline("audit", "verify")
    assert (said.status, said.out.splitlines()[0]) == (0, "0 entries looked at")
    assert (await offline("audit", "show")).out == "nothing is written about that\n"


async def test_whatever_is_wrong_is_named_with_status_2(log: AuditLog, store: SqlStore, offline: Operate) -> None:
    *_, newest = [await log.write(Words(what="link", by="ann")) for _ in range(3)]
    await by_hand(store, "update audit set words = replace(words, 'ann', 'bob') where number = 2")
    await by_hand(store, "delete from audit where number = 3")
    said = await offline("audit", "verify", "--expect", newest.link)
    assert said.status == 2
    assert "each is as it was written" not in said.out
    assert said.err.splitlines() == [
        "starter: the audit log is not as it was written, 2 mistakes:",
        "  entry 2: its words, their salt or their digest are not what was written",
        f"  entry 2: no entry has the link {newest.link}; the end was cut off, or all of it was written anew",
        WHAT_TO_DO,
    ]
    shown = (await offline("audit", "show")).out.splitlines()
    assert ["CHANGED since it was written" in each for each in shown] == [False, True]
    said = await offline("audit", "verify", "--json")
    assert (said.status, said.json["whole"], said.json["mistakes"][0]["number"]) == (2, False, 2)
    since = await offline("audit", "verify", "--since", newest.link)
    assert (since.status, "the end was cut off" in since.err) == (2, True)


async def test_erased_words_are_told_with_when_by_whom_and_why(
    log: AuditLog, store: SqlStore, offline: Operate
) -> None:
    await log.write(Words(what="due", by="ann", about=("INV-1",)))
    said = Words(what="account erase", by="ben", reason="they asked for it")
    (erased,) = await log.erase(Wanted(about=("INV-1",)), said)
    out = (await offline("audit", "verify")).out
    assert f"words of 1 erased on {erased.at} by ben: they asked for it (entry 2)\n" in out
    one, two = (await offline("audit", "show")).out.splitlines()
    assert one.endswith(f"words erased on {erased.at}, see entry 2")
    assert two.endswith("ben: account erase entries 1 because: they asked for it")
    await by_hand(store, "update audit set words = '', salt = '' where number = 2")
    one, two = (await offline("audit", "show")).out.splitlines()
    assert "nobody said that they were erased" in two


async def test_what_was_asked_for_stands_in_a_line_with_what_became_of_it(log: AuditLog, offline: Operate) -> None:
    asked = await log.asked(
        Words(what="due", by="ann", system_user="ops", typed="due INV-1 2026-12-01", reason="agreed")
    )
    await log.asked(Words(what="void", by="ben", typed="void INV-2"))
    await log.became(asked, "done")
    one, two = (await offline("audit", "show")).out.splitlines()
    assert one.endswith("Z  ann (ops): due INV-1 2026-12-01 because: agreed -> done")
    assert two.endswith("Z  ben: void INV-2 -> no outcome")
    (alone,) = (await offline("audit", "show", "--most", "1")).out.splitlines()[1:]
    assert alone.endswith("ann (ops): due of entry 1 -> done")
    (its,) = (await offline("audit", "show", "--about", "INV-2", "--who", "BEN")).out.splitlines()
    assert its == two
    assert (await offline("audit", "show", "--since", "2099-01-01")).out == "nothing is written about that\n"
    assert len((await offline("audit", "show", "--until", "2099-01-01T00:00:00Z")).out.splitlines()) == 2


async def test_all_that_is_hashed_can_be_had(log: AuditLog, offline: Operate) -> None:
    await log.write(Words(what="due", by="Zoë"))
    ((told),) = (await offline("audit", "show", "--json")).json
    assert told["says"] == {"what": "due", "by": "Zoë"}
    assert told["seal"] == hashlib.sha256(f"{told['salt']}\n{told['words']}".encode()).hexdigest()


async def test_what_strangers_wrote_steers_no_terminal_and_forges_no_line(log: AuditLog, offline: Operate) -> None:
    await log.write(
        Words(what="find", by="ann", typed="find \x1b[2J\u202e", reason="x\n9  2026-11-30  ben: void INV-1")
    )
    said = await offline("audit", "show")
    assert "\x1b" not in said.out
    assert said.out.count("\n") == 1
    assert r"find \x1b[2J\u202e because: x\n9  2026" in said.out
    assert "\x1b" not in (await offline("audit", "show", "--json")).out


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("verify", "--expect", "abc"), "--expect: 'abc' is no link"),
        (("verify", "--since", "A" * 64), "is no link; `audit verify` prints the newest"),
        (("show", "--since", "soon"), "--since: 'soon' is not a date"),
        (("show", "--until", "2026-11-30T10:00"), "--until: '2026-11-30T10:00' is not an instant"),
        (("show", "--most", "0"), "--most: at least 1"),
        (("show", "--who", ""), "it is empty"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    store: SqlStore, offline: Operate, words: tuple[str, ...], wrong: str
) -> None:
    said = await offline("audit", *words)
    assert (said.status, said.out, wrong in said.err) == (2, "", True), said
