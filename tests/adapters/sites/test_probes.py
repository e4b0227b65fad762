"""Looks from outside over real sockets, at web servers and mail servers that answer, keep waiting or are not there."""

import asyncio
import gzip
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from adapters.settings.loopback import LOOPBACK
from adapters.sites import probes
from adapters.sites.probes import OutsideProbes
from dunning.records.accounts import Service
from dunning.records.effects import ProbeResult
from dunning.services.probe_verdict import Shows, of_page
from portal.http.server import serving
from sandbox.stage.ports import free_ports

ADDRESS = "info@bakery.example"


def service(probe: str) -> Service:
    return Service(id="sandbox:bakery:website", account="bakery", user="bakery", probe=probe)


async def look(probe: str, seconds: float = 5) -> ProbeResult:
    seen = await OutsideProbes(seconds, LOOPBACK).look(service(probe))
    assert seen
    return seen


async def page(request: Request) -> Response:
    pages = {
        "runs": HTMLResponse("<title>Example Bakery</title>"),
        "suspended": RedirectResponse("/cgi-sys/suspendedpage.cgi?user=ana@bakery.example"),
        "loop": RedirectResponse("/loop"),
        "broken": Response(status_code=500),
        "endless": StreamingResponse(_endless()),
        "late": StreamingResponse(_late()),
        "comments": HTMLResponse("<h1>" + "<!--" * 16_380),
        "crumbs": StreamingResponse(_crumbs()),
        "packed": Response(gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"}),
    }
    return pages.get(request.path_params["name"]) or Response(status_code=404)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"Fresh bread. " * 1000
        await asyncio.sleep(0)


async def _crumbs() -> AsyncIterator[bytes]:
    for letter in "<h1>Account Suspended</h1>" + "x" * 5_000:
        yield letter.encode()


async def _late() -> AsyncIterator[bytes]:
    yield b"Fresh"
    await asyncio.Event().wait()


async def suspended_page(request: Request) -> Response:
    del request
    return HTMLResponse("<title>Account Suspended</title>")


@pytest.fixture(scope="module")
async def web() -> AsyncGenerator[str]:
    routes = [Route("/cgi-sys/suspendedpage.cgi", suspended_page), Route("/{name}", page)]
    async with serving(Starlette(routes=routes), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("name", "shows", "detail"),
    [
        ("runs", "running", "HTTP 200 at {web}/runs"),
        ("suspended", "restricted", "HTTP 200 at {web}/cgi-sys/suspendedpage.cgi"),
        ("nothing", "gone", "HTTP 404 at {web}/nothing"),
        ("broken", "unclear", "HTTP 500 at {web}/broken"),
        ("loop", "unclear", "TooManyRedirects at {web}/loop"),
        ("endless", "running", "HTTP 200 at {web}/endless"),
        ("runs?token=secret", "running", "HTTP 200 at {web}/runs"),
        ("comments", "running", "HTTP 200 at {web}/comments"),
        ("crumbs", "restricted", "HTTP 200 at {web}/crumbs"),
        ("packed", "unclear", "packed, though nobody asked for that, at {web}/packed"),
    ],
)
async def test_a_site_as_its_visitors_have_it(web: str, name: str, shows: str, detail: str) -> None:
    assert await look(f"{web}/{name}") == ProbeResult.model_validate({"shows": shows, "detail": detail.format(web=web)})


async def test_a_page_is_read_beside_the_event_loop_and_within_its_patience(
    web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, done = threading.Event(), threading.Event()

    def reads(status: int, path: str, text: str) -> Shows:
        began.set()
        done.wait(10)
        return of_page(status, path, text)

    monkeypatch.setattr(probes, "of_page", reads)
    seen = await look(f"{web}/runs", seconds=1)
    done.set()
    assert began.is_set()
    assert seen == ProbeResult(shows="unclear", detail=f"no answer in time at {web}/runs")


async def test_a_site_that_keeps_visitors_waiting_is_unclear(web: str) -> None:
    assert await look(f"{web}/late", seconds=0.2) == ProbeResult(
        shows="unclear", detail=f"no answer in time at {web}/late"
    )


async def test_a_site_without_a_valid_certificate_is_unclear(web: str) -> None:
    seen = await look(f"{web.replace('http:', 'https:')}/runs")
    assert (seen.shows, seen.detail.split(" at ")[0]) == ("unclear", "no valid TLS")


async def test_where_nobody_listens_it_is_gone() -> None:
    (port,) = free_ports(1)
    there = f"http://127.0.0.1:{port}/"
    assert await look(there) == ProbeResult(shows="gone", detail=f"connection refused at {there}")


async def test_a_name_that_nobody_knows_is_gone() -> None:
    seen = await look("https://bakery.invalid/")
    # Without any resolver nobody can tell whether the name exists.
    offline = ProbeResult(shows="unclear", detail="host not resolved at https://bakery.invalid/")
    assert seen in (ProbeResult(shows="gone", detail="unknown host at https://bakery.invalid/"), offline)


async def test_no_proxy_of_the_environment_is_asked(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    assert (await look(f"{web}/runs")).shows == "running"


async def test_without_a_probe_nobody_looks() -> None:
    assert await OutsideProbes().look(service("")) is None


@pytest.mark.parametrize("probe", ["http://[", "ftp://bakery.example/", "smtp://127.0.0.1:25/", "smtp://h:99999/a@b"])
async def test_an_address_that_is_none_is_unclear(probe: str) -> None:
    assert (await look(probe)).shows == "unclear"


class MailServer:
    """Says what it is told to, and keeps what it heard."""

    def __init__(self, **answers: str) -> None:
        self._answers = {"EHLO": "250 mail.example", "MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok", **answers}
        self.heard: list[str] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{self._answers.get('HELLO', '220 mail.example')}\r\n".encode())
        while line := (await reader.readline()).decode().strip():
            self.heard.append(line)
            answer = self._answers.get(line[:4].upper(), "250 Ok")
            if not answer:
                break
            writer.write(f"{answer}\r\n".encode())
            if line.upper() == "QUIT":
                break
        writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[str]:
        async with await asyncio.start_server(self.talk, "127.0.0.1", 0) as server:
            yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("answers", "shows", "detail"),
    [
        ({}, "running", "RCPT 250"),
        ({"RCPT": f"550 5.1.1 <{ADDRESS}> is suspended"}, "restricted", "RCPT 550"),
        ({"RCPT": "450 4.2.1 greylisted"}, "unclear", "RCPT 450"),
        ({"RCPT": "550 5.7.1 you are on a list"}, "unclear", "RCPT 550"),
        ({"MAIL": "550 5.7.1 no bounces here"}, "unclear", "SMTP 550"),
        ({"HELLO": "554 go away"}, "unclear", "SMTP 554"),
        ({"RCPT": ""}, "unclear", "SMTPServerDisconnected"),
    ],
)
async def test_a_mailbox_as_senders_have_it(answers: dict[str, str], shows: str, detail: str) -> None:
    server = MailServer(**answers)
    async with server.listening() as url:
        seen = await look(f"{url}/{ADDRESS}")
    assert (seen.shows, seen.detail) == (shows, f"{detail} at {url}")
    assert "bakery" not in seen.detail, "an address is personal data"


async def test_it_asks_as_a_bounce_would_and_never_sends_a_mail() -> None:
    server = MailServer()
    async with server.listening() as url:
        await look(f"{url}/{ADDRESS}")
    verbs = [line.split()[0].upper() for line in server.heard]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert server.heard[1].startswith("MAIL FROM:<>")
    assert server.heard[2] == f"RCPT TO:<{ADDRESS}>"


async def test_a_mail_server_that_is_not_there_says_nothing_about_one_mailbox() -> None:
    (port,) = free_ports(1)
    url = f"smtp://127.0.0.1:{port}"
    assert await look(f"{url}/{ADDRESS}") == ProbeResult(shows="unclear", detail=f"connection refused at {url}")
