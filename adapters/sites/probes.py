"""Looks at services from outside, as visitors and senders of mail have them: HTTP, and SMTP up to RCPT TO."""

import asyncio
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import httpx2
from aiosmtplib import SMTPException, SMTPResponseException

from adapters.sites.failures import causes, is_unknown_name, of_failure, why
from adapters.sites.outward import Outward, RefusedAddressError, Resolve, by_system
from adapters.sites.redirects import LeftError, next_address
from dunning.records.accounts import Service
from dunning.records.effects import ProbeResult
from dunning.services.networks import Network
from dunning.services.probe_verdict import is_place, of_mailbox, of_page

MOST_BYTES = 64 * 1024
"""So much of a page is read: a suspended page says so at its beginning, and a stranger's page may be endless."""
MOST_REDIRECTS = 5
_SMTP_PORT = 25
MOST_SHOWN = 200
"""Characters of an address that are told: redirects choose them, too."""
_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
"""Without spaces or line ends, which could smuggle commands."""
_HEADERS = {
    "User-Agent": "Reprieve (checks that your site is up)",
    "Cache-Control": "no-cache",
    "Accept": "text/html",
    "Accept-Encoding": "identity",
}


class OutsideProbes:
    """Fits `dunning.ports.companies.Probes`. `timeout`: the seconds that one look may take in all.

    `allowed` are networks that may be looked at though they are not public. Each look is a new visitor's.
    """

    def __init__(self, timeout: float = 10.0, allowed: Iterable[Network] = (), resolve: Resolve = by_system) -> None:
        self._timeout = timeout
        self._way = Outward(timeout, allowed, resolve)

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
                page = await _fetched(self._way, address)
                # Not in the event loop: whatever reading a stranger's page takes, the worker goes on meanwhile.
                shows = await asyncio.to_thread(of_page, page.status, urlsplit(page.address).path, page.text)
        except LeftError as error:
            shows = "restricted" if is_place(urlsplit(error.to).path) else "unclear"
            return ProbeResult(shows=shows, detail=f"leads to another site, HTTP {error.status} at {_shown(error.at)}")
        except (httpx2.HTTPError, httpx2.InvalidURL, RefusedAddressError, TimeoutError) as error:
            return ProbeResult(shows=of_failure(error), detail=f"{why(error)} at {_shown(address)}")
        return ProbeResult(shows=shows, detail=f"HTTP {page.status} at {_shown(page.address)}")

    async def _mailbox(self, url: SplitResult) -> ProbeResult:
        host, port, address = url.hostname or "", url.port or _SMTP_PORT, unquote(url.path.lstrip("/"))
        if not _ADDRESS.fullmatch(address):
            raise ValueError("smtp://host:port/address")
        server = f"smtp://{host}:{port}"
        try:
            async with asyncio.timeout(self._timeout):
                code, text = await self._rcpt(host, port, address)
        except RefusedAddressError as error:
            return ProbeResult(shows="unclear", detail=f"{why(error)} at {server}")
        except SMTPResponseException as error:  # before RCPT: that is about us, or the whole server
            return ProbeResult(shows="unclear", detail=f"SMTP {error.code} at {server}")
        except (SMTPException, OSError) as error:
            unknown = any(is_unknown_name(cause) for cause in causes(error))
            return ProbeResult(shows="gone" if unknown else "unclear", detail=f"{why(error)} at {server}")
        # The server's own words may repeat the address: they stay out.
        return ProbeResult(shows=of_mailbox(code, text), detail=f"RCPT {code} at {server}")

    async def _rcpt(self, host: str, port: int, address: str) -> tuple[int, str]:
        """Ask whether mail for the address would be taken, as a bounce would; no mail is sent."""
        *others, last = await self._way.addresses(host, port)
        for each in others:
            try:
                return await _asked(each, port, address, self._timeout)
            except aiosmtplib.SMTPConnectError:
                continue
        return await _asked(last, port, address, self._timeout)


class _Page(NamedTuple):
    status: int
    address: str
    text: str


async def _fetched(way: Outward, address: str) -> _Page:
    first = at = httpx2.URL(address)
    for _ in range(MOST_REDIRECTS + 1):
        async with way.http() as http, http.stream("GET", at, headers=_HEADERS) as answer:
            to = next_address(answer, first)
            if to is None:
                return _Page(answer.status_code, str(answer.url), await _beginning(answer))
            at = to
    raise httpx2.TooManyRedirects("too many redirects")


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


async def _asked(host: str, port: int, address: str, timeout: float) -> tuple[int, str]:  # noqa: ASYNC109 - of each step
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


def _shown(address: str) -> str:
    """The address without what may be personal: login, query and fragment."""
    url = urlsplit(address)
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.hostname or ''}{port}{url.path}"[:MOST_SHOWN]
