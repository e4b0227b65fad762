"""`start` tells which accounts have no address outside of what we host for them (S3-21)."""

import pytest

from adapters.settings.settings import Settings
from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.adapters.dns_server import names
from tests.cli.command import Operate, lines, row
from workflows.invoice import InvoiceDunning


def hosted(number: str, *emails: str) -> dict[str, object]:
    domain = f"{number.lower()}.example"
    services = [{"user": number.lower(), "domain": domain, "aliases": [f"{number.lower()}.co.uk"]}]
    return row(number, services=services, emails=[email.format(domain=domain) for email in emails])


@pytest.mark.req("S3-21", "S3-22")
async def test_accounts_with_no_address_outside_are_named_and_their_cases_ask(a_stage: Stage, operate: Operate) -> None:
    rows = [
        hosted("OUT-1", "billing@{domain}", "owner@www.out-1.co.uk"),
        hosted("OUT-2", "billing@{domain}", "owner@gmail.com"),
        row("OUT-3", emails=["owner@out-3.example"]),
    ]
    said = await operate("start", "-", stdin=lines(*rows))
    assert said.status == 0
    assert said.err == "No address outside of what we host, so we ask for one: OUT-1-account\n"
    client = await a_stage.connect()
    cases = [
        await client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(number)).query(InvoiceDunning.case)
        for number in ("OUT-1", "OUT-2", "OUT-3")
    ]
    assert [case.reach for case in cases] == ["inside", "outside", "outside"]
    again = await operate("start", "-", "--json", stdin=lines(*rows))
    assert again.json["inside"] == ["OUT-1-account"]


@pytest.mark.req("S3-21")
async def test_an_address_that_a_later_file_adds_is_seen(operate: Operate) -> None:
    await operate("start", "-", stdin=lines(hosted("OUT-4", "billing@{domain}")))
    said = await operate("start", "-", "--json", stdin=lines(hosted("OUT-4", "owner@yahoo.com")))
    assert (said.json["already_running"], said.json["inside"]) == (["OUT-4"], [])


@pytest.mark.req("S3-21")
async def test_with_mail_hosts_the_dns_is_asked(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_MAIL_HOSTS", '["192.0.2.7"]')
    async with names({("parked.example.", "MX"): ("0 mx.example.",), ("mx.example.", "A"): ("192.0.2.7",)}) as server:
        monkeypatch.setenv("REPRIEVE_DNS_SERVERS", f'["127.0.0.1:{server.port}"]')
        assert Settings().dns_servers == (f"127.0.0.1:{server.port}",)
        said = await operate("start", "-", "--json", stdin=lines(hosted("OUT-5", "owner@parked.example")))
    assert said.json["inside"] == ["OUT-5-account"]
    assert ("parked.example.", "MX") in server.asked
