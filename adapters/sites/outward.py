"""The way out to what customers can steer: a name is looked up once, and the address that was checked is called.

Whoever looked a name up a second time, to connect, could be given another address then (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpx2

from adapters.settings.trust import authorities
from dunning.services.networks import Network, refused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, for a port. Raises OSError."""
_PORTS = {"http": 80, "https": 443}


class RefusedAddressError(Exception):
    """It leads where no customer may send us; the text is what kind of address that is."""


async def by_system(host: str, port: int) -> Sequence[str]:
    """The addresses as this machine knows them. Raises socket.gaierror."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class Outward:
    """`timeout`: seconds of one connection, and of each answer's part; `allowed`: networks besides the public ones."""

    def __init__(self, timeout: float, allowed: Iterable[Network] = (), resolve: Resolve = by_system) -> None:
        self._timeout = timeout
        self._allowed = tuple(allowed)
        self._resolve = resolve

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where the host is, looked up now. Raises RefusedAddressError if any of it is refused, and OSError."""
        found = await self._resolve(host, port)
        for each in found:
            if kind := refused(each, self._allowed):
                raise RefusedAddressError(kind)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return found

    def http(self, *, trust_env: bool = False) -> httpx2.AsyncClient:
        """A client for one request: it keeps no connection, follows no redirect, has no cookies and asks no proxy.

        `trust_env`: whether SSL_CERT_FILE and SSL_CERT_DIR count. Its requests raise RefusedAddressError, too.
        """
        transport = _Pinned(self, httpx2.AsyncHTTPTransport(verify=authorities(trust_env=trust_env), trust_env=False))
        # Half of the time for one address: the next one gets the other half.
        patience = httpx2.Timeout(self._timeout, connect=self._timeout / 2)
        return httpx2.AsyncClient(timeout=patience, trust_env=False, transport=transport)


class _Pinned(httpx2.AsyncBaseTransport):
    """Connects to the addresses that were checked; `Host` and the name in TLS stay those of the URL."""

    def __init__(self, way: Outward, inner: httpx2.AsyncHTTPTransport) -> None:
        self._way = way
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme not in _PORTS:
            raise httpx2.UnsupportedProtocol("neither http nor https", request=request)
        host = url.raw_host.decode("ascii")
        try:
            *others, last = await self._way.addresses(host, url.port or _PORTS[url.scheme])
        except OSError as error:
            raise httpx2.ConnectError("host not resolved", request=request) from error
        for address in others:
            try:
                return await self._inner.handle_async_request(_to(address, request))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):  # nothing was sent
                continue
        return await self._inner.handle_async_request(_to(last, request))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _to(address: str, request: httpx2.Request) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )
