"""Every command that decides something or opens a door is in the audit log before it is tried."""

import asyncio
import os
from typing import Any

import pytest
from sqlalchemy import text

from adapters.store import SqlStore
from cli.shell import recording
from cli.shell.recording import LOOKS, THEMSELVES, system_user
from operations.windows.outages import Outages
from tests.adapters.store.test_store import ACCOUNT
from tests.cli.command import Operate
from tests.cli.command import starter as process
from tests.cli.test_help import COMMANDS, leads_to_others
from tests.cli.windows.test_outage import DAY, HOURS, ID

WHO = ("--by", "ana", "--reason", "ticket 4711")
ADD = ("outage", "add", *HOURS, *WHO)
DEEDS = """
account exempt|account merge|account set|approve|breaker allow|breaker keep|cancel|change|charge|credits add
credits pay-out|credits use|due|hold|lift|link|notices resend|outage add|outage strike|pause|pay
processor-subscription add|processor-subscription remove|promise|recover|refund|replan|restore|reverse|service add
service close|service move|service remove|site|start|store purge|subscribe|tickets close|undo|void|waive|window add
user add|user disable|window announce|window cancel|window extend|window move
""".replace("\n", "|").strip("|").split("|")  # fmt: skip


async def shown(offline: Operate) -> list[dict[str, Any]]:
    return [{"number": each["number"], **each["says"]} for each in (await offline("audit", "show", "--json")).json]


def test_of_every_command_somebody_has_decided_whether_it_is_written_down() -> None:
    every = {" ".join(each) for each in COMMANDS if not leads_to_others(each)}
    assert every <= LOOKS | THEMSELVES | {*DEEDS}
    assert LOOKS | {*DEEDS} <= every
    assert not (LOOKS | THEMSELVES) & {*DEEDS}


async def test_a_decision_is_written_before_with_all_that_was_typed_and_its_outcome_after(
    store: SqlStore, offline: Operate
) -> None:
    assert (await offline(*ADD)).status == 0
    asked, became = await shown(offline)
    assert asked == {
        "number": 1,
        "kind": "asked",
        "what": "outage add",
        "by": "ana",
        "system_user": system_user(),
        "typed": f"outage add --from '{DAY} 06:00' --until '{DAY} 12:00' --zone UTC --by ana --reason 'ticket 4711'",
        "reason": "ticket 4711",
    }
    assert (became["kind"], became["of"], became["outcome"]) == ("outcome", "1", "done")
    (line,) = (await offline("audit", "show", "--who", "ana")).out.splitlines()
    assert line.endswith("because: ticket 4711 -> done")
    assert (await offline("audit", "verify")).status == 0


async def test_what_is_refused_is_written_with_why(store: SqlStore, offline: Operate) -> None:
    said = await offline("outage", "strike", "portal-1", *WHO)
    assert said.status == 2
    asked, became = await shown(offline)
    assert (asked["about"], asked["by"]) == (["portal-1"], "ana")
    assert became["outcome"].startswith("refused: ")
    assert became["outcome"].removeprefix("refused: ") in said.err


async def test_what_only_looks_or_is_mistyped_is_not_written(store: SqlStore, offline: Operate) -> None:
    assert (await offline("outages")).status == 0
    assert (await offline("pay", "INV-1", "--amount", "USD 5", "--id", "x", "--at", "noon")).status == 2
    assert (await offline("outage", "add", "--no-such-option", "x")).status == 2
    assert await store.newest_entry() is None


async def test_nothing_is_done_that_could_not_be_written_down(store: SqlStore, offline: Operate) -> None:
    async with store._writing() as connection:
        await connection.execute(text("alter table audit rename to elsewhere"))
    said = await offline(*ADD)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert "the store does not work" in said.err
    assert await store.outage(ID) is None


async def test_what_became_of_it_and_could_not_be_written_is_told(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Outages.add

    async def added(self: Outages, *given: Any) -> Any:
        said = await add(self, *given)
        async with store._writing() as connection:
            await connection.execute(text("alter table audit rename to elsewhere"))
        return said

    monkeypatch.setattr(Outages, "add", added)
    said = await offline(*ADD)
    assert (said.status, said.err.count("\n")) == (0, 1)
    assert said.err.startswith("it is done, but the audit log does not say so: the store does not work")
    assert await store.outage(ID)
    async with store._writing() as connection:
        await connection.execute(text("alter table elsewhere rename to audit"))
    (line,) = (await offline("audit", "show")).out.splitlines()
    assert line.endswith("-> no outcome")


async def test_whoever_is_interrupted_is_written_down_as_that(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(self: Outages, *given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Outages, "add", hangs)
    assert (await offline(*ADD)).status == 130
    assert (await shown(offline))[-1]["outcome"] == "interrupted"


async def test_a_fault_of_ours_is_written_by_its_name_alone(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(self: Outages, *given: Any) -> Any:
        raise ZeroDivisionError("of customers")

    monkeypatch.setattr(Outages, "add", fails)
    with pytest.raises(ZeroDivisionError):
        await offline(*ADD)
    assert (await shown(offline))[-1]["outcome"] == "ended by ZeroDivisionError"


async def test_processes_that_decide_at_once_make_one_chain(store: SqlStore, offline: Operate) -> None:
    patient = {"REPRIEVE_OUTAGE_SECONDS": "20"}
    several = [process("outage", "strike", f"portal-{n}", *WHO, env=patient) for n in range(4)]
    assert [each.status for each in await asyncio.gather(*several)] == [2] * 4
    found = (await offline("audit", "verify", "--json")).json
    assert (found["entries"], found["whole"]) == (8, True)


async def test_the_login_is_the_systems_own_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that anybody may set say nothing."""
    before = system_user()
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody else")
    assert system_user() == before


async def test_an_export_is_written_once_with_the_systems_own_word(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put_account(ACCOUNT)
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert (await offline("account", "export", ACCOUNT.id, "--by", "ana")).status == 0
    found = [(each["what"], each["kind"], each["by"], each["system_user"]) for each in await shown(offline)]
    assert found == [("account export", kind, "ana", system_user()) for kind in ("asked", "outcome")]


async def test_who_became_somebody_else_is_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_login", lambda: "ann")
    assert system_user() == f"ann as {recording._name(os.getuid())}"


async def test_who_may_not_is_written_down_with_why_and_nothing_else_is_done(store: SqlStore, offline: Operate) -> None:
    for by, why in (("cleo", "refused: --by: "), ("eve", "refused: --by: 'eve' is no user here")):
        assert (await offline(*ADD[:-4], "--by", by, "--reason", "why")).status == 2
        said = (await shown(offline))[-1]
        assert (said["what"], said["by"], said["outcome"].startswith(why)) == ("outage add", by, True), said
    assert [each["what"] for each in await shown(offline)] == ["outage add"] * 2
    assert await store.outage(ID) is None


async def test_the_name_is_the_users_own_however_it_was_typed(store: SqlStore, offline: Operate) -> None:
    assert (await offline(*ADD[:-4], "--by", "ANA ", "--reason", "why")).status == 0
    one, two = await shown(offline)
    assert one["by"] == two["by"] == "ana"
    assert "--by 'ANA '" in one["typed"]


async def test_users_who_come_and_go_are_written_down(store: SqlStore, offline: Operate) -> None:
    await offline("user", "add", "zoe", "--role", "clerk", "--by", "ana")
    await offline("user", "disable", "zoe", "--by", "ana")
    found = [(each["what"], each["about"]) for each in await shown(offline) if each["kind"] == "asked"]
    assert found == [("user add", ["zoe"]), ("user disable", ["zoe"])]


async def test_a_link_that_is_printed_is_a_door_that_was_opened(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_LINK_SECRETS", '["drawn for a test, thirty-two or more"]')
    assert (await offline("link", "INV-1")).status == 2
    asked, became = await shown(offline)
    assert (asked["what"], asked["about"], asked["system_user"]) == ("link", ["INV-1"], system_user())
    assert became["outcome"].startswith("refused: ")
