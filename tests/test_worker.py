"""The worker as a process: settings, readiness, metrics, and a stop that loses nothing."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx2
import pytest

from sandbox.stage.child import ROOT
from sandbox.stage.stage import FACTS_SECRET, Stage

SIGNED = {"REPRIEVE_FACTS_SECRETS": f'["{FACTS_SECRET}"]'}


async def run_worker(**env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "worker.py",
        cwd=ROOT,
        env={**os.environ, "REPRIEVE_CONFIG": os.devnull, "TEMPORAL_CONFIG_FILE": os.devnull, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("REPRIEVE_SMTP_PORT", "mail", "setting REPRIEVE_SMTP_PORT: must be a whole number, like 3"),
        ("REPRIEVE_PANELS", '{"a": {"kind": "plesk"}}', "setting REPRIEVE_PANELS_A_KIND: must be one of: 'whm', "),
        ("REPRIEVE_PANELS", "{cp1", "setting REPRIEVE_PANELS: it is no JSON"),
        ("REPRIEVE_MAILS_PER_SECOND", "0", "setting REPRIEVE_MAILS_PER_SECOND: must be more than 0"),
        ("REPRIEVE_AFTER_WINDOW_PER_MINUTE", "0", "setting REPRIEVE_AFTER_WINDOW_PER_MINUTE: must be at least 0.01"),
        ("REPRIEVE_AFTER_WINDOW_PER_MINUTE", "-1", "setting REPRIEVE_AFTER_WINDOW_PER_MINUTE: must be at least 0.01"),
        ("REPRIEVE_AFTER_WINDOW_PER_MINUTE", "nan", "setting REPRIEVE_AFTER_WINDOW_PER_MINUTE: "),
        ("REPRIEVE_AFTER_WINDOW_PER_MINUTE", "fast", "setting REPRIEVE_AFTER_WINDOW_PER_MINUTE: must be a number"),
        ("REPRIEVE_STORE_URL", "x", "setting REPRIEVE_STORE_URL: it cannot be read; write sqlite"),
    ],
)
async def test_settings_that_cannot_be_used_are_named_and_nothing_starts(name: str, value: str, words: str) -> None:
    status, said = await run_worker(**SIGNED, **{name: value})
    assert (status, words in said, "Traceback" in said) == (2, True, False), said


async def test_an_unknown_key_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "reprieve.toml"
    file.write_text("smtp_prot = 25\n")
    status, said = await run_worker(REPRIEVE_CONFIG=str(file))
    assert (status, "REPRIEVE_SMTP_PROT: unknown key; is it a typing mistake?" in said) == (2, True), said


async def test_no_server_is_told_in_words(tmp_path: Path) -> None:
    status, said = await run_worker(
        **SIGNED,
        TEMPORAL_ADDRESS="127.0.0.1:1",
        REPRIEVE_HEALTH_PORT="0",
        REPRIEVE_STORE_URL=f"sqlite:///{tmp_path}/s.db",
    )
    assert (status, "check TEMPORAL_ADDRESS" in said, "Traceback" in said) == (1, True, False), said


async def test_ready_and_measured(a_stage: Stage) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        ready = await http.get(f"http://127.0.0.1:{a_stage.env['REPRIEVE_HEALTH_PORT']}/ready")
        assert (ready.status_code, ready.json()) == (200, {"ready": True})
        metrics = (await http.get(f"http://{a_stage.env['REPRIEVE_METRICS_ADDRESS']}/metrics")).text
    assert re.search(r"^temporal_num_pollers\{.*reprieve-panel.*\}", metrics, re.MULTILINE)


async def test_a_second_worker_on_the_same_ports_works_and_says_what_it_goes_without(a_stage: Stage) -> None:
    """Its queues are its own: it stops while it works, and no other test's case may be in its hands."""
    env = {**os.environ, **a_stage.env, "REPRIEVE_TASK_QUEUE": "second"}
    pipe = asyncio.subprocess.PIPE
    second = await asyncio.create_subprocess_exec(sys.executable, "worker.py", cwd=ROOT, env=env, stderr=pipe)
    assert second.stderr is not None
    said = ""
    async with asyncio.timeout(60):
        while "worker ready" not in said and (line := await second.stderr.readline()):
            said += line.decode()
    second.terminate()
    said += (await second.stderr.read()).decode()
    assert (await second.wait(), "worker ready" in said, "Traceback" in said) == (0, True, False), said
    for name in ("REPRIEVE_HEALTH_PORT", "REPRIEVE_METRICS_ADDRESS"):
        assert len([line for line in said.splitlines() if name in line]) == 1, said


async def test_without_a_secret_for_facts_nobody_would_be_believed(a_stage: Stage) -> None:
    status, said = await run_worker(**{**a_stage.env, "REPRIEVE_FACTS_SECRETS": "[]", "REPRIEVE_HEALTH_PORT": "0"})
    assert (status, "setting REPRIEVE_FACTS_SECRETS: without one" in said, "Traceback" in said) == (2, True, False), (
        said
    )


async def test_an_address_for_metrics_that_is_none_is_a_wrong_setting(a_stage: Stage) -> None:
    status, said = await run_worker(**{**a_stage.env, "REPRIEVE_METRICS_ADDRESS": "x", "REPRIEVE_HEALTH_PORT": "0"})
    assert (status, "setting REPRIEVE_METRICS_ADDRESS: " in said, "Traceback" in said) == (2, True, False), said
