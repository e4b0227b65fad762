"""`user add`, `disable`, `list`: the first is an admin, an admin is always left, and no two users look alike."""

from pathlib import Path

import pytest

from adapters.store import SqlStore
from cli.shell.options import login
from tests.cli.command import Operate

FIRST = "the first user of a store is an admin: `starter.py user add NAME --role admin`"


@pytest.fixture
def nobody_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store without users; its file is not there yet."""
    monkeypatch.setenv("REPRIEVE_STORE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/store.db")


@pytest.mark.usefixtures("nobody_yet")
async def test_the_first_user_is_an_admin_and_adds_the_others(offline: Operate) -> None:
    assert (await offline("user", "list")).out == f"no users yet; {FIRST}\n"
    early = await offline("approve", "INV-1", "delete", "--by", "ana")
    assert (early.status, early.err) == (2, f"starter: --by: this store has no users yet; {FIRST}\n")
    clerk = await offline("user", "add", "cleo", "--role", "clerk")
    assert (clerk.status, clerk.err) == (2, f"starter: --role: clerk cannot be the first; {FIRST}\n")
    for said in ("added as admin", "is so already"):
        first = await offline("user", "add", "Ana", "--role", "admin")
        assert (first.status, first.out) == (0, f"Ana: {said}\n"), first.err
    second = await offline("user", "add", "cleo", "--role", "clerk")
    assert (second.status, "this store has users, so one of its admins adds the next" in second.err) == (2, True)
    assert (await offline("user", "add", "cleo", "--role", "clerk", "--by", " ANA ")).out == "cleo: added as clerk\n"
    listed = (await offline("user", "list", "--json")).json
    shown = [(each["name"], each["role"], each["added_by"], each["added_login"]) for each in listed]
    assert shown == [("Ana", "admin", "", login()), ("cleo", "clerk", "Ana", login())]


async def test_who_is_disabled_decides_nothing_until_an_admin_enables_them_again(
    store: SqlStore, offline: Operate
) -> None:
    close = ("tickets", "close", "T-1", "--reason", "done", "--by", "cleo")
    assert "there is no such ticket" in (await offline(*close)).err
    for said in ("disabled", "is so already"):
        assert (await offline("user", "disable", "CLEO", "--by", "ana")).out == f"cleo: {said}\n"
    refused = await offline(*close)
    assert (refused.status, "--by: cleo was disabled on " in refused.err, " by ana" in refused.err) == (2, True, True)
    assert "disabled" in (await offline("user", "list")).out
    again = await offline("user", "add", "cleo", "--role", "support", "--by", "ana", "--json")
    assert (again.json["role"], again.json["disabled_at"], again.json["changed"]) == ("support", None, True)
    assert "there is no such ticket" in (await offline(*close)).err
    (known,) = [each for each in await store.users() if each.key == "cleo"]
    assert (known.name, known.role, known.enabled) == ("cleo", "support", True)


async def test_the_last_admin_who_is_enabled_cannot_be_disabled(store: SqlStore, offline: Operate) -> None:
    admins = [each.name for each in await store.users() if each.role == "admin"]
    for name in admins[1:]:
        assert (await offline("user", "disable", name, "--by", admins[0])).status == 0
    last = await offline("user", "disable", admins[0], "--by", admins[0])
    assert (last.status, last.out) == (2, "")
    assert last.err.startswith(f"starter: {admins[0]}: is the last admin")
    assert (await offline("user", "add", admins[0], "--role", "clerk", "--by", admins[0])).status == 2, "nor demoted"
    assert (await offline("user", "add", "new", "--role", "admin", "--by", admins[0])).status == 0


@pytest.mark.parametrize("by", ["cleo", "bill", "sue"])
async def test_only_an_admin_adds_and_disables(store: SqlStore, offline: Operate, by: str) -> None:
    before = await store.users()
    for words in (("add", "eve", "--role", "admin"), ("disable", "ana")):
        said = await offline("user", *words, "--by", by)
        assert (said.status, said.out) == (2, "")
        assert "; whoever is to add and disable users has to be admin" in said.err
    assert await store.users() == before


@pytest.mark.parametrize(
    ("name", "role", "why"),
    [
        ("cle\u200bo", "clerk", "it has characters that nobody sees (U+200B)"),
        ("eve\x1b[2J", "clerk", "it has characters that nobody sees (U+001B)"),
        ("eve\ufe0f", "clerk", "it has characters that nobody sees (U+FE0F)"),
        (" ", "clerk", "it has no letter and no digit"),
        ("CLEO", "billing", "cleo: is a user already, with the role clerk; to change that, `starter.py user disable "),
        ("\uff43leo", "admin", "cleo: is a user already, with the role clerk"),
        ("reprieve ", "clerk", "it signs what happens by itself"),
        ("eve", "owner", "Invalid value"),
    ],
)
async def test_no_user_looks_like_another_one(
    store: SqlStore, offline: Operate, name: str, role: str, why: str
) -> None:
    before = await store.users()
    said = await offline("user", "add", name, "--role", role, "--by", "ana")
    assert (said.status, said.out, why in said.err) == (2, "", True), said
    assert "\x1b" not in said.err
    assert await store.users() == before


async def test_a_name_that_is_nobody_s_is_not_disabled(store: SqlStore, offline: Operate) -> None:
    said = await offline("user", "disable", "eve", "--by", "ana")
    assert (said.status, said.err.startswith("starter: 'eve': is no user here")) == (2, True)
    assert all(each.enabled for each in await store.users())
