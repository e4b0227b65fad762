"""`diff` on both kinds of output, from rows as the store has them and policies as people write them."""

from pathlib import Path

import pytest

from adapters.settings.settings import ROOT
from adapters.store import SqlStore
from tests.cli.command import Operate
from tests.cli.invoices.test_forecast import as_row, lived, put


@pytest.fixture
def draft(tmp_path: Path) -> str:
    """Give a policy that suspends three days earlier and has never been in the folder."""
    text = (ROOT / "policies" / "a-small-orange.toml").read_text()
    file = tmp_path / "strict.toml"
    file.write_text(text.replace("offset = 9 ", "offset = 6 ").replace("offset = 10 ", "offset = 7 "))
    return str(file)


async def test_what_a_draft_would_do_is_told_in_sentences(store: SqlStore, offline: Operate, draft: str) -> None:
    await put(
        store,
        *(as_row(lived(f"INV-{number}", -3)) for number in range(2)),
        as_row(lived("INV-2", -12)),
        as_row(lived("INV-5", -50)),
        as_row(lived("INV-3", -3, "hotdoodle")),
        as_row(lived("INV-4", -3), snapshot=""),
    )
    said = await offline("diff", "a-small-orange", draft)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "5 open invoice(s) run under a-small-orange.",
        f"Saving {draft} moves none of them: an open invoice keeps the plan that it began with.",
        f"If these 4 were moved to {draft} now, and nobody pays:",
        "  2 would be suspended 3 days earlier",
        "  1 would become inactive 3 days later",
        "  1 would be deleted 3 days later",
        "  1 would see no change in any of this",
        "Not compared: 1 invoice(s), too long for a snapshot (`starter.py show` tells of each): INV-4.",
    ]
    told = (await offline("diff", "a-small-orange", draft, "--json")).json
    assert told["changes"][0] == {"deed": "suspended", "days": -3, "comes": True, "invoices": 2}
    assert (told["invoices"], told["compared"], told["unchanged"]) == (5, 4, 1)
    assert (told["old"]["policy"], told["new"]["policy"], told["fees"]) == ("a-small-orange", "strict", [])
    assert told["old"]["version"] != told["new"]["version"]
    assert [each["invoice"] for each in told["by_invoice"]] == ["INV-0", "INV-1", "INV-2", "INV-5"]


async def test_who_began_under_an_earlier_version_is_compared_with_what_he_keeps(
    store: SqlStore, offline: Operate, draft: str
) -> None:
    case = lived("INV-1", -3)
    older = case.model_copy(update={"plan": case.plan.model_copy(update={"version": "older"})})
    await put(store, as_row(case), as_row(older, number="INV-2"))
    said = await offline("diff", "a-small-orange", draft)
    assert "1 of them began under an earlier version of a-small-orange" in said.out


async def test_fees_are_told_as_sums(store: SqlStore, offline: Operate) -> None:
    await put(store, *(as_row(lived(f"INV-{number}", 2, "courtesy-5-10-35")) for number in range(3)))
    said = await offline("diff", "courtesy-5-10-35", "a-small-orange")
    assert "  3 would not get a late fee any more\n" in said.out
    assert "  3 more would become inactive\n" in said.out
    assert "  3 would be deleted 55 days later\n" in said.out
    assert "  all fees to come would be USD 0.00 instead of USD 105.00\n" in said.out


async def test_nothing_open_is_nothing_to_compare(store: SqlStore, offline: Operate) -> None:
    assert await store.open_case("INV-1") is None
    said = await offline("diff", "hotdoodle", "whmcs-default")
    assert (said.status, said.out.splitlines()[0]) == (0, "0 open invoice(s) run under hotdoodle.")


async def test_a_policy_that_may_not_be_used_is_refused_with_its_finding(store: SqlStore, offline: Operate) -> None:
    said = await offline("diff", "hotdoodle", "nope")
    assert (said.status, said.out, "there is no such file" in said.err) == (2, "", True)
