"""What a file says of services: where they are looked at, where their software listens, their other domains."""

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
