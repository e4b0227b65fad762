"""What a file says of services: which an invoice pays for, where they are looked at, their other domains."""

from pathlib import Path

import pytest

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days, lines, row

CSV = """invoice,account,amount,due,policy,user,domain,aliases,site,probe
SVC-1,svc-csv,USD 20,{due},hotdoodle,bakery,bakery.example,www.bakery.example; baker.example,,https://bakery.example/
"""


async def test_a_row_of_a_table_says_how_its_service_is_seen(a_stage: Stage, operate: Operate, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(CSV.format(due=in_days(60)))
    assert (await operate("start", str(file))).status == 0
    (service,) = (await a_stage.store.account("svc-csv")).services
    assert service.probe == "https://bakery.example/"
    assert service.aliases == ("www.bakery.example", "baker.example")
    assert service.site == ""


async def test_a_later_file_may_say_more_of_a_service_and_never_less(a_stage: Stage, operate: Operate) -> None:
    first = {"user": "later", "domain": "later.example", "probe": "https://later.example/"}
    mail = "smtp://mail.later.example:25/info@later.example"
    for number, told in (("SVC-2", first), ("SVC-3", first | {"probe": mail}), ("SVC-4", {"user": "later"})):
        said = await operate("start", "-", stdin=lines(row(number, "svc-later", services=[told])))
        assert said.status == 0
    (service,) = (await a_stage.store.account("svc-later")).services
    assert (service.domain, service.probe) == ("later.example", mail)


@pytest.mark.parametrize("probe", ["bakery.example", "ftp://bakery.example/", "smtp://mail.example/", "https://a@b/"])
async def test_a_probe_that_cannot_be_looked_at_is_refused(operate: Operate, probe: str) -> None:
    said = await operate("start", "-", stdin=lines(row("SVC-5", services=[{"user": "x", "probe": probe}])))
    assert (said.status, "services[0].probe" in said.err) == (2, True)
    assert probe not in said.err, "what was written may be personal"


@pytest.mark.parametrize("field", ["probe", "site"])
@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "https://2886729729/", "http://0xa.1/"])
async def test_an_address_in_our_own_network_is_refused_with_the_reason(operate: Operate, field: str, url: str) -> None:
    said = await operate("start", "-", stdin=lines(row("SVC-5", services=[{"user": "x", field: url}])))
    assert said.status == 2
    assert f"services[0].{field}: nobody asks there, it is not public (" in said.err
    assert "REPRIEVE_PROBE_NETWORKS" in said.err
    assert url not in said.err


PAYS_FOR = """invoice,account,amount,due,policy,user,pays_for
SVC-6,svc-pays,USD 20,{due},hotdoodle,pays-shop,sandbox:pays-shop:website
SVC-7,svc-pays,USD 20,{due},hotdoodle,pays-blog,sandbox:pays-blog:website; sandbox:pays-shop:website
SVC-8,svc-pays,USD 20,{due},hotdoodle,,
SVC-9,svc-pays,USD 20,{due},hotdoodle,,sandbox:pays-typo:website
"""


async def test_a_row_names_the_services_that_it_pays_for_and_a_typing_mistake_is_one_bad_row(
    a_stage: Stage, operate: Operate, tmp_path: Path
) -> None:
    file = tmp_path / "pays.csv"
    file.write_text(PAYS_FOR.format(due=in_days(60)))
    strict = await operate("start", str(file), "--strict")
    assert (strict.status, "--strict: 3 good row(s) were not started" in strict.err) == (2, True)
    assert await a_stage.store.invoice("SVC-6") is None
    said = await operate("start", str(file))
    assert (said.status, said.out) == (2, "3 started, 0 already running, 0 already closed, 1 bad, 0 failed\n")
    assert said.err == (
        f"{file}:5: SVC-9: pays_for: account 'svc-pays' has no service 'sandbox:pays-typo:website'; "
        "it has sandbox:pays-shop:website, sandbox:pays-blog:website\n"
    )
    shown = {number: (await operate("show", number, "--json")).json for number in ("SVC-6", "SVC-7", "SVC-8")}
    assert {number: each["invoice"]["pays_for"] for number, each in shown.items()} == {
        "SVC-6": ["sandbox:pays-shop:website"],
        "SVC-7": ["sandbox:pays-blog:website", "sandbox:pays-shop:website"],
        "SVC-8": [],
    }
    for command in ("show", "why"):
        assert "sandbox:pays-shop:website" in (await operate(command, "SVC-6")).out
        assert "sandbox:pays" not in (await operate(command, "SVC-8")).out


async def test_services_of_json_rows_are_known_once_an_earlier_row_brought_them(operate: Operate) -> None:
    shop, blog = "sandbox:json-shop:website", "sandbox:json-blog:website"
    rows = [
        row("SVC-10", "svc-json", pays_for=[blog]),  # comes too early
        row("SVC-11", "svc-json", services=[{"user": "json-blog"}], pays_for=[shop]),  # bad: so it brings nothing
        row("SVC-12", "svc-json", services=[{"user": "json-shop"}], pays_for=[shop]),
        row("SVC-13", "svc-json", pays_for=[shop]),
        row("SVC-14", "svc-else", pays_for=[shop]),  # another account's
    ]
    said = await operate("start", "-", "--json", stdin=lines(*rows))
    assert sorted(said.json["started"]) == ["SVC-12", "SVC-13"]
    assert [(each["line"], each["invoice"]) for each in said.json["bad"]] == [
        (1, "SVC-10"), (2, "SVC-11"), (5, "SVC-14"),
    ]  # fmt: skip
    assert said.json["bad"][2]["reason"].endswith(
        "account 'svc-else' has no service 'sandbox:json-shop:website'; it has none"
    )
