"""`account export`: one file with all that is kept, for its owner alone."""

import json
import os
import stat
from pathlib import Path

from adapters.store import SqlStore
from dunning.records.accounts import Account
from tests.adapters.store.keeping.life import Life, put
from tests.cli.command import Operate

ANNA, BORIS = Life("a", "geheim-anna"), Life("b", "geheim-boris")


async def test_it_is_one_file_for_its_owner_alone_with_nothing_of_another_customer(
    store: SqlStore, offline: Operate, tmp_path: Path
) -> None:
    await put(store, ANNA, BORIS)
    file, before = tmp_path / "anna.json", os.umask(0)
    try:
        said = await offline("account", "export", ANNA.account, "--by", "ana", "--to", str(file))
    finally:
        os.umask(before)
    assert (said.status, said.err) == (0, "")
    assert f"{ANNA.account}: all that is kept is in {file}" in said.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert ANNA.secret in text
    assert BORIS.secret not in text
    found = json.loads(text)
    assert (found["format"], found["version"]) == ("reprieve-account", 1)
    assert found["kept"]["notices"]["what"] == "notices"
    assert {each for each in os.listdir(tmp_path) if each.startswith(".")} == set()  # noqa: PTH208 - for a test


async def test_it_overwrites_nothing_and_says_where_it_cannot_write(
    store: SqlStore, offline: Operate, tmp_path: Path
) -> None:
    await store.put_account(Account(id="a-1", name="Bakery"))
    file = tmp_path / "there.json"
    file.write_text("mine")
    said = await offline("account", "export", "a-1", "--by", "ana", "--to", str(file))
    assert (said.status, said.err) == (2, f"starter: --to: {file} is there already; name a new file\n")
    assert file.read_text() == "mine"
    nowhere = tmp_path / "no" / "where.json"
    said = await offline("account", "export", "a-1", "--by", "ana", "--to", str(nowhere))
    assert (said.status, said.out) == (2, "")
    assert f"--to: {nowhere} cannot be written: No such file or directory" in said.err


async def test_without_a_file_it_is_printed_and_an_unknown_account_is_refused(
    store: SqlStore, offline: Operate
) -> None:
    await store.put_account(Account(id="a-1", name="Bak\u202eery"))
    said = await offline("account", "export", "a-1", "--by", "ana")
    assert said.json["kept"]["accounts"]["rows"][0]["name"] == "Bak\u202eery"
    assert "\u202e" not in said.out
    said = await offline("account", "export", "nobody", "--by", "ana")
    assert (said.status, said.err.startswith("starter: nobody: there is no such account")) == (2, True)
