"""What a file says of brands: an account has one, by a column, a key or an option; an unknown one stores nothing."""

from pathlib import Path

import pytest

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days, lines, row

CSV = """invoice,account,amount,due,policy,brand
BR-1,br-csv,USD 20,{due},hotdoodle,acme
BR-2,br-typo,USD 20,{due},hotdoodle,acne
BR-3,br-none,USD 20,{due},hotdoodle,
"""
BRANDS = '{"acme": {"company": "Acme Web"}, "other": {"company": "Other"}}'


@pytest.fixture
def branded(a_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Give a stage whose command line knows two brands."""
    monkeypatch.setitem(a_stage.env, "REPRIEVE_BRANDS", BRANDS)
    return a_stage


async def test_a_row_names_the_brand_and_an_unknown_one_is_one_bad_row_that_stores_nothing(
    branded: Stage, operate: Operate, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(CSV.format(due=in_days(60)))
    said = await operate("start", str(file))
    assert (said.status, said.err) == (
        2,
        f"{file}:3: BR-2: brand: there is no brand 'acne' in the settings; brands: acme, other\n",
    )
    assert (await branded.store.account("br-csv")).brand == "acme"
    assert (await branded.store.account("br-none")).brand == ""
    with pytest.raises(LookupError):
        await branded.store.account("br-typo")
    assert await branded.store.invoice("BR-2") is None


async def test_the_option_is_for_rows_that_name_none(branded: Stage, operate: Operate) -> None:
    rows = lines(row("BR-4", "br-opt"), row("BR-5", "br-own", brand="other"))
    assert (await operate("start", "-", "--brand", "acme", stdin=rows)).status == 0
    assert (await branded.store.account("br-opt")).brand == "acme"
    assert (await branded.store.account("br-own")).brand == "other"
    said = await operate("start", "-", "--brand", "acne", stdin=lines(row("BR-6", "br-no")))
    assert (said.status, "there is no brand 'acne'" in said.err) == (2, True)
    assert await branded.store.invoice("BR-6") is None


async def test_an_account_has_one_brand_and_may_get_it_later(branded: Stage, operate: Operate) -> None:
    assert (await operate("start", "-", stdin=lines(row("BR-7", "br-late")))).status == 0
    assert (await operate("start", "-", stdin=lines(row("BR-8", "br-late", brand="acme")))).status == 0
    assert (await branded.store.account("br-late")).brand == "acme"
    said = await operate("start", "-", stdin=lines(row("BR-9", "br-late", brand="other")))
    assert said.status == 2
    assert "BR-9: brand: account 'br-late' is of the brand 'acme'; an account has one brand" in said.err
    assert await branded.store.invoice("BR-9") is None
    assert (await operate("start", "-", stdin=lines(row("BR-10", "br-late")))).status == 0
    assert (await branded.store.account("br-late")).brand == "acme"


async def test_two_brands_for_a_new_account_in_one_file(branded: Stage, operate: Operate) -> None:
    rows = lines(row("BR-11", "br-two", brand="acme"), row("BR-12", "br-two", brand="other"))
    said = await operate("start", "-", stdin=rows)
    assert (said.status, "BR-12: brand:" in said.err) == (2, True)
    assert await branded.store.invoice("BR-12") is None
