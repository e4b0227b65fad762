"""The stand-in for Stripe runs alone, for a project that has nothing of ours."""

import asyncio
import json
import shutil
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "stripe-stand-in.md").read_text()


async def program(folder: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, *words, cwd=folder, stdout=PIPE, stderr=PIPE)


async def test_the_pages_script_works_against_a_copy_of_two_folders(tmp_path: Path) -> None:
    for folder in ("control", "payments"):
        shutil.copytree(ROOT / "sandbox" / folder, tmp_path / "sandbox" / folder)
    (tmp_path / "script.py").write_text(PAGE.split("```python\n")[1].split("```")[0])
    stand_in = await program(tmp_path, "-m", "sandbox.payments")
    assert stand_in.stdout is not None
    url = (await stand_in.stdout.readline()).decode().strip()
    script = await program(tmp_path, "script.py", url)
    assert await script.communicate() == (b"succeeded\ninsufficient_funds\n", b"")
    stand_in.send_signal(signal.SIGTERM)
    assert await stand_in.communicate() == (b"", b"")
    assert stand_in.returncode == 0


async def test_events_go_where_the_command_says() -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await heard.put(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        webhook = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hear"
        stand_in = await program(ROOT, "-m", "sandbox.payments", "--webhook", webhook)
        assert stand_in.stdout is not None
        url = (await stand_in.stdout.readline()).decode().strip()
        async with httpx2.AsyncClient(trust_env=False) as http:
            key = {"Authorization": "Bearer sk_test_x"}
            (await http.post(f"{url}/v1/customers", data={"name": "Ada"}, headers=key)).raise_for_status()
        event = json.loads(await asyncio.wait_for(heard.get(), 10))
        assert (event["type"], event["data"]["object"]["name"]) == ("customer.created", "Ada")
        stand_in.terminate()
        await stand_in.communicate()


async def test_a_port_that_is_taken_is_told_in_a_line() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        late = await program(ROOT, "-m", "sandbox.payments", "--port", str(port))
        out, err = await late.communicate()
    assert (late.returncode, out) == (2, b"")
    assert f"--port {port}: Address already in use" in err.decode()
