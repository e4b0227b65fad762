"""`make run` as an operator uses it: one command, a payment on the page that ends as paid, Ctrl-C, and the next day."""

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from temporalio.client import Client

from cli.shell.options import login
from dunning.names import workflow_id
from sandbox.payments.books import PaymentBooks
from sandbox.payments.client import Payments
from sandbox.stage.ports import free_ports
from tests.cli.command import lines, row, starter
from tests.e2e.processes import finish, left_of, read_until, start, until_none_left

UP = "Ctrl-C stops all of it"


def begin(folder: Path, first: int) -> subprocess.Popen[str]:
    return start("-m", "sandbox.run", "--folder", str(folder), "--ports", str(first))


def sourced(folder: Path) -> dict[str, str]:
    """What a shell has that read the file which the command names."""
    show = f"{shlex.quote(sys.executable)} -c 'import os, json; print(json.dumps(dict(os.environ)))'"
    command = f". {shlex.quote(str(folder / 'run.env'))} && {show}"
    return json.loads(subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True).stdout)


async def paid_on_its_page(env: Mapping[str, str], invoice: str) -> None:
    link = (await starter("link", invoice, env=env)).out.strip()
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        answer = await http.post(link, data={"consent": "yes"})
        session = urlsplit(answer.headers["location"]).path.rpartition("/")[2]
    payments = Payments(env["REPRIEVE_STRIPE_URL"], PaymentBooks)
    await payments.pay_session(session)
    await payments.close()


async def shown(env: Mapping[str, str], invoice: str) -> Any:
    said = await starter("show", invoice, "--json", env=env)
    assert said.status == 0, said.err
    return said.json


async def until_it_ends(env: Mapping[str, str], invoice: str) -> None:
    client = await Client.connect(env["TEMPORAL_ADDRESS"])
    await asyncio.wait_for(client.get_workflow_handle(workflow_id(invoice)).result(), 60)


async def test_a_payment_on_the_page_ends_as_paid_and_all_is_there_after_a_stop(tmp_path: Path) -> None:
    (first,) = free_ports(1)
    running = begin(tmp_path, first)
    out = read_until(running, UP)
    assert f"the portal              http://127.0.0.1:{first + 2}" in out
    assert f"who may decide          {login()}, an admin" in out
    env = sourced(tmp_path)
    users = (await starter("user", "list", "--json", env=env)).json
    assert [(each["name"], each["role"]) for each in users] == [(login(), "admin")]
    rows = [row("RUN-1", emails=["a@bakery.example"], customer="Bakery"), row("RUN-2")]
    assert (await starter("start", "-", env=env, stdin=lines(*rows))).status == 0
    await paid_on_its_page(env, "RUN-1")
    await until_it_ends(env, "RUN-1")
    paid = await shown(env, "RUN-1")
    assert (paid["state"], paid["balance"]["minor"]) == ("paid", 0)
    running.send_signal(signal.SIGINT)
    status, _, err = finish(running)
    assert (status, err) == (0, "")
    assert until_none_left(running.pid) == []

    secrets = (tmp_path / "secrets.env").read_text()
    assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0
    again = begin(tmp_path, first)
    read_until(again, UP)
    assert (tmp_path / "secrets.env").read_text() == secrets  # the links that were mailed go on working
    kept = await shown(env, "RUN-2")
    assert (kept["state"], kept["entries"][0]["amount"]["minor"]) == ("scheduled", 1999)

    again.send_signal(signal.SIGINT)
    assert finish(again)[0] == 0


def test_a_part_that_ends_stops_the_rest_and_two_do_not_run_side_by_side(tmp_path: Path) -> None:
    (first,) = free_ports(1)
    running = begin(tmp_path, first)
    read_until(running, UP)
    refused = finish(begin(tmp_path / "other", first))
    assert refused[0] == 2
    assert refused[2] == f"run: port {first} is taken: is all of it running already? Or use others: --ports 9000\n"

    worker = next(pid for pid in left_of(running.pid) if b"worker.py" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    status, _, err = finish(running)
    assert status == 1
    assert "the worker has ended; the rest is stopped" in err
    assert until_none_left(running.pid) == []
