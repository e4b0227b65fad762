"""Looks at services from outside, as visitors and senders of mail have them: HTTP, and SMTP up to RCPT TO."""

import asyncio
import re
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple, cast
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import httpx2
from aiosmtplib import SMTPException, SMTPResponseException

from adapters.settings.trust import authorities
from dunning.records.accounts import Service
from dunning.records.effects import ProbeResult
from dunning.services.probe_verdict import Shows, of_mailbox, of_page

MOST_BYTES = 64 * 1024
"""So much of a page is read: a suspended page says so at its beginning, and a stranger's page may be endless."""
MOST_REDIRECTS = 5
_SMTP_PORT = 25
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
"""Without spaces or line ends, which could smuggle commands."""
_HEADERS = {
    "User-Agent": "Reprieve (checks that your site is up)",
    "Cache-Control": "no-cache",
    "Accept": "text/html",
    "Accept-Encoding": "identity",
}


class OutsideProbes:
    """Fits `dunning.ports.companies.Probes`. `timeout`: the seconds that one look may take in all.

    No proxy of the environment is asked, and no cookie is kept: each look is a new visitor's.
    """

    def __init__(self, timeout: float = 10.0) -> None:
        self._timeout = timeout

    async def look(self, service: Service) -> ProbeResult | None:
        """What is seen now; None when the service names nothing to look at. The detail names no mail address."""
        if not service.probe:
            return None
        try:
            url = urlsplit(service.probe)
            return await (self._mailbox(url) if url.scheme == "smtp" else self._page(service.probe))
        except ValueError:  # an address that is none
            return ProbeResult(shows="unclear", detail=f"the probe of service {service.id} is no address to look at")

    async def close(self) -> None:
        """Nothing stays open between two looks."""

    async def _page(self, address: str) -> ProbeResult:
        try:
            async with asyncio.timeout(self._timeout):
                page = await _fetched(address, self._timeout)
                # Not in the event loop: whatever reading a stranger's page takes, the worker goes on meanwhile.
                shows = await asyncio.to_thread(of_page, page.status, urlsplit(page.address).path, page.text)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            return ProbeResult(shows=_of_failure(error), detail=f"{_why(error)} at {_shown(address)}")
        return ProbeResult(shows=shows, detail=f"HTTP {page.status} at {_shown(page.address)}")

    async def _mailbox(self, url: SplitResult) -> ProbeResult:
        host, port, address = url.hostname or "", url.port or _SMTP_PORT, unquote(url.path.lstrip("/"))
        if not _ADDRESS.fullmatch(address):
            raise ValueError("smtp://host:port/address")
        server = f"smtp://{host}:{port}"
        try:
            async with asyncio.timeout(self._timeout):
                code, text = await _rcpt(host, port, address, self._timeout)
        except SMTPResponseException as error:  # before RCPT: that is about us, or the whole server
            return ProbeResult(shows="unclear", detail=f"SMTP {error.code} at {server}")
        except (SMTPException, OSError) as error:
            unknown = any(_is_unknown_name(cause) for cause in _causes(error))
            return ProbeResult(shows="gone" if unknown else "unclear", detail=f"{_why(error)} at {server}")
        # The server's own words may repeat the address: they stay out.
        return ProbeResult(shows=of_mailbox(code, text), detail=f"RCPT {code} at {server}")


class _Page(NamedTuple):
    status: int
    address: str
    text: str


async def _fetched(address: str, timeout: float) -> _Page:  # noqa: ASYNC109 - of each connection, below the caller's
    async with (
        httpx2.AsyncClient(
            timeout=timeout,
            trust_env=False,
            verify=authorities(trust_env=False),
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            headers=_HEADERS,
        ) as http,
        http.stream("GET", address) as answer,
    ):
        return _Page(answer.status_code, str(answer.url), await _beginning(answer))


async def _beginning(answer: httpx2.Response) -> str:
    """The beginning of a page as text, as it came: a kilobyte that unpacks to a gigabyte is not unpacked."""
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part[: MOST_BYTES - len(body)]
        if len(body) >= MOST_BYTES:
            break
        await asyncio.sleep(0)  # of a page in pieces of one byte, thousands are there at once: others go between
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("packed")
    return body.decode("utf-8", "replace")


async def _rcpt(host: str, port: int, address: str, timeout: float) -> tuple[int, str]:  # noqa: ASYNC109 - as above
    """Ask whether mail for the address would be taken, as a bounce would; no mail is sent."""
    client = aiosmtplib.SMTP(hostname=host, port=port, timeout=timeout, start_tls=False, use_tls=False)
    try:
        await client.connect()
        await client.mail("")
        try:
            answer = await client.rcpt(address)
        except SMTPResponseException as error:
            return error.code, error.message
        return answer.code, answer.message
    finally:
        await _leave(client)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        if client.is_connected:
            await client.rset()
            await client.quit(timeout=1)
    except (SMTPException, OSError):
        pass
    finally:
        client.close()


def _of_failure(error: Exception) -> Shows:
    """Nobody answers there, or nobody knows the name: gone. Everything else may be our own trouble."""
    gone = any(isinstance(cause, ConnectionRefusedError) or _is_unknown_name(cause) for cause in _causes(error))
    return "gone" if gone else "unclear"


def _is_unknown_name(cause: BaseException) -> bool:
    return isinstance(cause, socket.gaierror) and cause.errno in (socket.EAI_NONAME, socket.EAI_NODATA)


def _why(error: BaseException) -> str:
    for cause in _causes(error):
        if isinstance(cause, TimeoutError | httpx2.TimeoutException | aiosmtplib.SMTPTimeoutError):
            return "no answer in time"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, socket.gaierror):
            return "unknown host" if _is_unknown_name(cause) else "host not resolved"
        if isinstance(cause, ssl.SSLError):
            return "no valid TLS"
        if isinstance(cause, httpx2.DecodingError):
            return "packed, though nobody asked for that,"
    return type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from, the groups that asyncio makes of several addresses included."""
    while error:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__


def _shown(address: str) -> str:
    """The address without what may be personal: login, query and fragment."""
    url = urlsplit(address)
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.hostname or ''}{port}{url.path}"
