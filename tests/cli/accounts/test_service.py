"""`service add`, `move` and `remove`, as typed: what becomes of a service whose account is restricted."""

import asyncio
import json
from typing import Any

import pytest

from cli.shell.options import now
from dunning.holds import Hold
from dunning.level import Level
from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, Said, in_days, lines, row
from tests.cli.holds.test_holding import at_panel
from workflows.invoice import InvoiceDunning

WHO = ("--by", "ana", "--reason", "ticket 4711")


async def opened(operate: Operate, number: str, user: str, **more: Any) -> str:
    wanted: dict[str, Any] = {"services": [{"user": user}], **more}
    asked = row(number, **wanted)
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    return asked["account"]


async def add(operate: Operate, account: str, user: str, *words: str) -> Said:
    return await operate("service", "add", account, "--panel", "sandbox", "--user", user, *words, *WHO)


async def ids(a_stage: Stage, account: str) -> list[str]:
    return [each.id for each in (await a_stage.store.account(account)).services]


async def test_a_service_is_added_once_with_who_and_why(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-1", "move1")
    more = ("--domain", "shop.example", "--alias", "shop.test", "--kind", "email", "--probe", "https://shop.example/")
    said = await add(operate, account, "move1b", *more)
    assert (said.status, said.err, said.out) == (0, "", f"{account}: service sandbox:move1b:email added\n")
    again = await add(operate, account, "move1b", *more)
    assert (again.status, again.out) == (0, f"{account}: service sandbox:move1b:email is there already\n")
    found = (await a_stage.store.account(account)).services[1]
    assert (found.domain, found.aliases, found.probe) == ("shop.example", ("shop.test",), "https://shop.example/")
    shown = (await operate("account", "show", account)).out
    assert "  sandbox:move1b:email: shop.example, shop.test, probe https://shop.example/" in shown.splitlines()
    assert "ana: service sandbox:move1b:email added (ticket 4711)" in shown
    other = await add(operate, account, "move1b", "--kind", "email", "--domain", "other.example")
    assert (other.status, "has the service sandbox:move1b:email there already" in other.err) == (2, True)
    assert len(await a_stage.store.account_changes(account)) == 1


async def test_a_service_is_not_added_or_moved_to_where_customers_may_not_send_us(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-N", "moven")
    for word, url in (
        ("--probe", "http://169.254.169.254/"),
        ("--site", "http://10.1/hook"),
        ("--site", "http://[::]/"),
    ):
        for said in (
            await add(operate, account, "moven2", word, url),
            await operate("service", "move", account, "sandbox:moven:website", word, url, *WHO),
        ):
            assert said.status == 2
            assert f"{word.removeprefix('--')}: nobody asks there, it is not public" in said.err
    (found,) = (await a_stage.store.account(account)).services
    assert (found.site, found.probe) == ("", "")


async def test_a_service_may_be_named_by_where_it_is_now(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-P", "movep")
    for user in ("movep2", "movep3"):
        place = "sandbox:movep:website" if user == "movep2" else "sandbox:movep2:website"
        assert (await operate("service", "move", account, place, "--user", user, *WHO)).status == 0
    (found,) = (await a_stage.store.account(account)).services
    assert (found.id, found.user) == ("sandbox:movep:website", "movep3")
    again = await operate("service", "move", account, "sandbox:movep2:website", "--user", "movep3", *WHO)
    assert (again.status, "is there already" in again.out) == (0, True), "safe to repeat, by the place that it left"
    odd = await operate("service", "move", account, "sandbox:nobody:website", "--user", "other", *WHO)
    assert (odd.status, "has no service 'sandbox:nobody:website'" in odd.err) == (2, True)
    assert (await operate("void", "MOVE-P", *WHO)).status == 0
    assert await (await a_stage.connect()).get_workflow_handle(workflow_id("MOVE-P")).result() == "void"
    for _ in range(2):
        assert (await operate("service", "remove", account, "sandbox:movep3:website", *WHO)).status == 0
    assert (await a_stage.store.account(account)).services == ()


async def test_what_holds_the_whole_account_holds_a_service_that_is_added(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-2", "move2")
    unpaid = Hold(account=account, source="MOVE-2", level=Level.SUSPENDED, since=now(), note="non-payment")
    await a_stage.store.place_hold(unpaid)
    said = await add(operate, account, "move2b")
    assert said.out.splitlines() == [
        f"{account}: service sandbox:move2b:website added",
        f"{account}: it is held: MOVE-2 asks for suspended",
    ]
    assert await at_panel(a_stage, "move2b") == ("suspended", "non-payment dun:MOVE-2")


async def test_a_hold_that_names_another_service_leaves_it_running(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-3", "move3")
    held = await operate("hold", account, "--kind", "abuse", "--service", "sandbox:move3:website", "--silent", *WHO)
    assert held.status == 0
    said = await add(operate, account, "move3b")
    assert said.out.splitlines()[1:] == [f"{account}: it is not held: abuse names others"]
    assert (await at_panel(a_stage, "move3b"))[0] == "active"


async def test_a_panel_that_is_away_leaves_it_written_and_the_same_command_ends_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-4", "move4")
    await operate("hold", account, "--kind", "abuse", "--silent", *WHO)
    await a_stage.companies.panel.script("move4b", "500")
    said = await add(operate, account, "move4b")
    assert (said.status, said.out) == (1, "")
    assert "is written down, but is not at the level of its holds yet" in said.err
    assert "safe to repeat" in said.err
    assert await ids(a_stage, account) == ["sandbox:move4:website", "sandbox:move4b:website"]
    said = await add(operate, account, "move4b")
    assert said.out.splitlines()[1:] == [f"{account}: it is held: abuse asks for suspended"]
    assert await at_panel(a_stage, "move4b") == ("suspended", "hold:abuse")


async def test_a_service_that_moves_keeps_its_id_and_its_holds_go_with_it(a_stage: Stage, operate: Operate):
    service = "sandbox:move5:website"
    account = await opened(operate, "MOVE-5", "move5", pays_for=[service])
    await operate("hold", account, "--kind", "abuse", "--service", service, "--silent", *WHO)
    said = await operate("service", "move", account, service, "--user", "move5new", "--domain", "new.example", *WHO)
    assert said.out.splitlines() == [
        f"{account}: service {service}: user: move5 -> move5new",
        f"{account}: service {service}: domain: none -> new.example",
        f"{account}: it is held: abuse asks for suspended",
    ]
    assert [await at_panel(a_stage, user) for user in ("move5", "move5new")] == [("suspended", "hold:abuse")] * 2
    await operate("lift", account, "--kind", "abuse", "--service", service, *WHO)
    assert (await at_panel(a_stage, "move5new"))[0] == "active"
    assert (
        f"  {service}, now at sandbox:move5new:website: new.example" in (await operate("account", "show", account)).out
    )
    again = await operate("service", "move", account, service, "--user", "move5new", *WHO)
    assert (again.status, again.out) == (0, f"{account}: service {service} is there already\n")


@pytest.mark.parametrize("named", ["move6", "move6new"])
async def test_a_file_may_name_a_service_that_moved_by_either_place(a_stage: Stage, operate: Operate, named: str):
    service = "sandbox:move6:website"
    account = await opened(operate, "MOVE-6", "move6")
    await operate("service", "move", account, service, "--user", "move6new", *WHO)
    number = f"MOVE-6-{named}"
    probe = {"user": named, "probe": f"https://{named}.example/"}
    pays_for = [f"sandbox:{named}:website"]
    await opened(operate, number, "", account=account, services=[probe], pays_for=pays_for)
    (known,) = (await a_stage.store.account(account)).services
    assert (known.id, known.user, known.probe) == (service, "move6new", probe["probe"])
    handle = (await a_stage.connect()).get_workflow_handle_for(InvoiceDunning.run, workflow_id(number))
    assert (await handle.query(InvoiceDunning.case)).invoice.pays_for == (service,)


async def test_a_service_is_removed_and_its_panel_left_alone(a_stage: Stage, operate: Operate):
    account = await opened(operate, "MOVE-7", "move7", services=[{"user": "move7"}, {"user": "move7b"}])
    await operate("hold", account, "--kind", "abuse", "--silent", "--yes", *WHO)
    said = await operate("service", "remove", account, "sandbox:move7b:website", *WHO)
    assert said.out.splitlines() == [
        f"{account}: service sandbox:move7b:website removed",
        f"{account}: it was suspended for abuse and stays so at its panel: nobody lifts that any more",
    ]
    assert await ids(a_stage, account) == ["sandbox:move7:website"]
    again = await operate("service", "remove", account, "sandbox:move7b:website", *WHO)
    assert again == (0, f"{account}: service sandbox:move7b:website is removed already\n", "")
    never = await operate("service", "remove", account, "sandbox:move7c:website", *WHO)
    assert (never.status, never.out) == (2, "")
    await operate("lift", account, "--kind", "abuse", *WHO)
    assert [(await at_panel(a_stage, user))[0] for user in ("move7", "move7b")] == ["active", "suspended"]
    back = await add(operate, account, "move7b")
    assert back.out == f"{account}: service sandbox:move7b:website added\n"
    assert (await at_panel(a_stage, "move7b"))[0] == "active", "the mark is ours, and no hold asks for it"


async def test_what_a_hold_or_an_open_invoice_names_is_not_removed(a_stage: Stage, operate: Operate):
    held, paid_for = "sandbox:move8:website", "sandbox:move8b:website"
    services = [{"user": "move8"}, {"user": "move8b"}]
    account = await opened(operate, "MOVE-8", "", services=services, pays_for=[paid_for])
    await operate("hold", account, "--kind", "tos", "--service", held, "--silent", *WHO)
    for service, why in (
        (held, f"{held}: it is held by tos: that hold has to end first"),
        (paid_for, f"{paid_for}: MOVE-8 pays for it: that invoice has to end first"),
    ):
        said = await operate("service", "remove", account, service, *WHO)
        assert (said.status, said.out, said.err) == (2, "", f"starter: {why}\n")
    assert await ids(a_stage, account) == [held, paid_for]
    assert (await operate("void", "MOVE-8", "--reason", "a mistake", "--by", "ana")).status == 0
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("MOVE-8"))
    assert await handle.result() == "void"
    assert (await operate("service", "remove", account, paid_for, *WHO)).status == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ("add", "MOVE-9-account", "--panel", "whm7", "--user", "x"),
            "--panel: there is no panel 'whm7' in the settings; panels: ",
        ),
        (("add", "MOVE-9-account", "--panel", "sandbox", "--user", "x", "--probe", "shop"), "--probe: "),
        (("add", "MOVE-9-account", "--panel", "sandbox", "--user", "x", "--site", "shop"), "--site: "),
        (("add", "MOVE-NOBODY", "--panel", "sandbox", "--user", "x"), "MOVE-NOBODY: there is no such account"),
        (("move", "MOVE-9-account", "sandbox:move9:website", "--panel", "whm7"), "--panel: there is no panel"),
        (("move", "MOVE-9-account", "sandbox:move9:website"), "name what is to change"),
        (
            ("move", "MOVE-9-account", "sandbox:move9:website", "--user", "move9b"),
            "has the service sandbox:move9b:website there",
        ),
        (
            ("move", "MOVE-9-account", "nothing", "--user", "x"),
            "has no service 'nothing'; it has sandbox:move9:website, ",
        ),
        (("move", "MOVE-NOBODY", "nothing", "--user", "x"), "MOVE-NOBODY: there is no such account"),
        (("remove", "MOVE-9-account", "nothing"), "has no service 'nothing'"),
        (("remove", "MOVE-NOBODY", "nothing"), "MOVE-NOBODY: there is no such account"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(a_stage: Stage, operate: Operate, words: tuple[str, ...], text: str):
    await opened(operate, "MOVE-9", "", services=[{"user": "move9"}, {"user": "move9b"}])
    said = await operate("service", *words, *WHO)
    assert (said.status, said.out) == (2, "")
    assert text in said.err
    assert await ids(a_stage, "MOVE-9-account") == ["sandbox:move9:website", "sandbox:move9b:website"]
    assert await a_stage.store.account_changes("MOVE-9-account") == ()


async def test_a_service_of_two_accounts_is_told(operate: Operate):
    first = await opened(operate, "MOVE-10", "move10")
    second = await opened(operate, "MOVE-11", "move11")
    said = await add(operate, second, "move10")
    assert said.out.splitlines()[1:] == [f"{second}: account {first} has a service of that id, too"]


async def test_a_service_that_a_subscription_pays_for_is_not_removed(operate: Operate) -> None:
    line = {"text": "Web", "amount": "USD 5.00"}
    its = {"subscription": "KEEPS-1", "account": "keeps-acct", "period": "monthly", "renews_on": str(in_days(60))}
    its_row = {**its, "policy": "a-small-orange", "lines": [line], "services": [{"user": "keeps"}]}
    assert (await operate("subscribe", "--file", "-", stdin=json.dumps(its_row))).status == 0
    words = ("service", "remove", "keeps-acct", "sandbox:keeps:website", "--by", "ana", "--reason", "why")
    said = await operate(*words)
    assert (said.status, "subscription KEEPS-1 pays for it: change or cancel that first" in said.err) == (2, True)
    await operate("cancel", "KEEPS-1", "--by", "ana", "--reason", "why")

    async with asyncio.timeout(30):  # the row follows the workflow
        while (await operate(*words)).status:  # noqa: ASYNC110 - the row is the condition
            await asyncio.sleep(0.1)
