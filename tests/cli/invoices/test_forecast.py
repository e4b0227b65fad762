"""`forecast` on all kinds of output, from rows as the store has them."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from adapters.store import SqlStore
from cli.shell.options import now
from dunning.case.case import Case
from dunning.explain.open_cases import row_of
from dunning.records.open_case import OpenCase
from tests.adapters.test_store_open_cases import row
from tests.cli.command import Operate, in_days
from tests.dunning.examples import before_issue, opened
from tests.dunning.life import live
from tests.dunning.subscriptions.made import subscription
from tests.dunning.world import World


def lived(number: str, due_in: int, policy: str = "a-small-orange", **more: Any) -> Case:
    """A case as it is today: nobody paid, every charge was declined."""
    case = opened(policy, due=in_days(due_in), number=number, **more)
    return live(case, before_issue(case), [], World(charges=["declined"] * 9), now()).case


def as_row(case: Case, **more: Any) -> OpenCase:
    found = row_of(case, now())
    assert found is not None
    return found.model_copy(update=more)


async def put(store: SqlStore, *rows: OpenCase) -> None:
    await store.put_open([(each, each.revision) for each in rows])


def of(rows: Sequence[dict[str, str]], **values: str) -> list[dict[str, str]]:
    return [each for each in rows if all(each[key] == value for key, value in values.items())]


async def test_each_step_of_the_next_days_stands_on_its_day(store: SqlStore, offline: Operate) -> None:
    case = lived("INV-1", -8)
    await put(store, as_row(case))
    said = await offline("forecast", "--days", "6", "--by", "step", "--csv")
    assert (said.status, said.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    steps = {step.name: step for step in case.plan.milestones}
    assert [(each["step"], each["deed"], each["day"]) for each in rows] == [
        ("second-overdue", "written to", str(case.today(steps["second-overdue"].at))),
        ("suspend", "suspended", str(case.today(steps["suspend"].at))),
        ("suspend:told", "written to", str(case.today(steps["suspend"].at))),
    ]
    assert {each["account"] for each in rows} == {"bakery"}
    told = (await offline("forecast", "--days", "6", "--by", "step")).out
    assert f"{case.today(steps['suspend'].at):%a %d %b %Y} · INV-1 · bakery · suspended" in told


async def test_days_and_accounts_are_counted_and_what_a_charge_would_end(store: SqlStore, offline: Operate) -> None:
    await put(
        store,
        as_row(lived("INV-1", 3, "courtesy-5-10-35", account="one", customer="Jane <Jam> & Co")),
        as_row(lived("INV-2", 3, "courtesy-5-10-35", account="two")),
        as_row(lived("INV-3", -6, account="two")),
    )
    told = (await offline("forecast", "--days", "20", "--json")).json
    assert (told["invoices"], told["looked_at"], told["not_looked_at"]) == (3, 3, [])
    assert told["charges_would_end"] == [{"currency": "USD", "invoices": 2, "amount": 3998}]
    assert "steps" not in told
    suspended = {each["day"]: each["suspended"] for each in told["days"] if each["suspended"]}
    assert sorted(suspended.values()) == [1, 2]
    (both,) = [each for each in told["days"] if each["suspended"] == 2]
    assert (both["ended_by_a_charge_before"]["suspended"], both["invoices"]) == (2, 2)
    assert {each["account"]: (each["invoices"], each["suspended"]) for each in told["accounts"]} == {
        "one": (1, 1), "two": (2, 2),
    }  # fmt: skip
    assert sum(each["fees_minor"] for each in told["days"]) == 7000

    text = (await offline("forecast", "--days", "20")).out
    assert "2 (2)" in text
    assert "3 of 3 open invoice(s) looked at, 20 day(s) from today on." in text
    assert "Their charges would end 2 invoice(s) if they succeed: USD 39.98." in text
    assert "one Jane <Jam> & Co" in (await offline("forecast", "--days", "20", "--by", "account")).out
    rows = list(
        csv.DictReader(io.StringIO((await offline("forecast", "--days", "20", "--by", "account", "--csv")).out))
    )
    assert [(each["account"], each["suspended"], each["tried"], each["fees"]) for each in rows] == [
        ("one", "1", "39.98", "35.00"), ("two", "2", "39.98", "35.00"),
    ]  # fmt: skip
    one = (await offline("forecast", "--days", "20", "--account", "one", "--by", "step", "--json")).json
    assert {each["invoice"] for each in one["steps"]} == {"INV-1"}
    assert [each["tried"] for each in one["steps"] if each["deed"] == "charged"] == [1999, 1999]


async def test_what_cannot_be_looked_at_is_counted_and_named(store: SqlStore, offline: Operate) -> None:
    case = lived("INV-1", -8)
    await put(
        store,
        as_row(case),
        as_row(case, number="INV-2", snapshot=""),
        as_row(case, number="INV-3", snapshot="eJw="),
        as_row(case, number="INV-4", died="terminated"),
        row("INV-5", coming_at=None, snapshot=""),
        as_row(lived("INV-6", 20), snapshot=""),  # nothing comes of it in these days
        as_row(lived("INV-7", 20), died="failed"),
    )
    said = await offline("forecast", "--days", "9")
    assert said.status == 0
    assert "2 of 7 open invoice(s) looked at" in said.out
    assert re.search(r"Not looked at: 2 invoice\(s\), too long for a snapshot \(.*show.*\): INV-2, INV-5\.", said.out)
    assert re.search(r"Not looked at: 1 invoice\(s\), with a snapshot of another .*rebuild.*: INV-3\.", said.out)
    assert re.search(
        r"Not looked at: 2 invoice\(s\), whose workflow the server ended .*recover.*: INV-4, INV-7\.", said.out
    )
    told = (await offline("forecast", "--days", "9", "--json")).json
    assert [each["invoice"] for each in told["not_looked_at"]] == ["INV-2", "INV-3", "INV-4", "INV-5", "INV-7"]
    assert {each["account"] for each in told["accounts"]} == {"bakery"}


async def test_subscriptions_that_renew_in_these_days_are_counted(store: SqlStore, offline: Operate) -> None:
    """Each is opened ten days before its date."""
    wanted: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("soon", 15, {}),
        ("late", -3, {}),
        ("far", 40, {}),
        ("ending", 15, {"ends": in_days(15)}),
        ("over", 15, {"ended": "cancelled"}),
    )
    for name, due_in, more in wanted:
        made = subscription(in_days(due_in), id=name, account="bakery" if name == "soon" else "other", **more)
        assert await store.begin_subscription(made, None, None)
    said = await offline("forecast", "--days", "10")
    assert "\n2 subscription(s) renew in these days; what comes of their new invoices is not in it.\n" in said.out
    assert (await offline("forecast", "--days", "40", "--json")).json["renewing_subscriptions"] == 3
    one = await offline("forecast", "--days", "40", "--account", "bakery", "--json")
    assert one.json["renewing_subscriptions"] == 1
    assert "subscription" not in (await offline("forecast", "--days", "3", "--account", "bakery")).out


async def test_what_waits_for_people_comes_today_at_the_earliest(store: SqlStore, offline: Operate) -> None:
    await put(store, as_row(lived("INV-1", -100)))
    said = await offline("forecast", "--days", "1")
    assert "2 step(s) come only if people agree" in said.out
    (day,) = (await offline("forecast", "--days", "1", "--json")).json["days"]
    assert (day["deleted"], day["if_people_agree"]["deleted"]) == (1, 1)


async def test_nothing_open_is_nothing_to_come(store: SqlStore, offline: Operate, tmp_path: Path) -> None:
    assert await store.open_case("INV-1") is None
    said = await offline("forecast", "--chart", str(tmp_path / "none.svg"))
    assert (said.status, said.out) == (0, "0 of 0 open invoice(s) looked at, 30 day(s) from today on. Nothing comes.\n")
    assert ET.parse(tmp_path / "none.svg").getroot().tag.endswith("svg")
    assert len((await offline("forecast", "--csv")).out.splitlines()) == 1


async def test_more_cases_than_one_process_takes_are_all_looked_at(store: SqlStore, offline: Operate) -> None:
    case = lived("INV-1", -8)
    await put(store, *(as_row(case, number=f"INV-{number}") for number in range(250)))
    told = (await offline("forecast", "--days", "4", "--json")).json  # in New York it may be yesterday
    assert (told["looked_at"], sum(each["suspended"] for each in told["days"])) == (250, 250)


async def test_the_chart_has_a_lane_for_all_that_comes(store: SqlStore, offline: Operate, tmp_path: Path) -> None:
    await put(store, as_row(lived("INV-1", 2, "courtesy-5-10-35")), as_row(lived("INV-2", -6)))
    file = tmp_path / "ahead.svg"
    assert (await offline("forecast", "--days", "20", "--chart", str(file))).status == 0
    picture = ET.parse(file).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [each.text or "" for each in picture.iter(f"{space}text")]
    assert {"charged", "written to", "fee", "suspended"} <= set(texts)
    assert not {"locked", "deleted"} & set(texts)
    bars = [each.text or "" for each in picture.iter(f"{space}title")]
    assert sum("suspended" in each for each in bars) == 2
    width, height = (float(picture.get(each) or 0) for each in ("width", "height"))
    for each in picture.iter(f"{space}rect"):
        x, y, wide, high = (float(each.get(name) or 0) for name in ("x", "y", "width", "height"))
        assert min(x, y, wide, high) >= 0
        assert (x + wide <= width, y + high <= height) == (True, True)
    no_folder = await offline("forecast", "--chart", str(tmp_path / "no" / "a.svg"))
    assert (no_folder.status, "--chart" in no_folder.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--days", "0"), "--days: 0 is not from 1 to 400"),
        (("--days", "401"), "--days: 401 is not from 1 to 400"),
        (("--days", "1e2"), "is not a whole number"),
        (("--csv", "--json"), "--csv: leave it out, or --json"),
        (("--account", "a b"), "--account: 'a b' is not one"),
        (("--by", "week"), "--by"),
    ],
)
async def test_bad_input_is_told(store: SqlStore, offline: Operate, words: tuple[str, ...], why: str) -> None:
    said = await offline("forecast", *words)
    assert (said.status, said.out, why in said.err) == (2, "", True), said
