"""What it says of a service that nobody could look at it, in words without a name of its."""

import socket
import ssl
from collections.abc import Iterator
from typing import cast

import aiosmtplib
import httpx2

from adapters.sites.outward import RefusedAddressError
from dunning.services.probe_verdict import Shows

_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (RefusedAddressError, "not looked at, its address is not public ({}),"),
    ((TimeoutError, httpx2.TimeoutException, aiosmtplib.SMTPTimeoutError), "no answer in time"),
    (ConnectionRefusedError, "connection refused"),
    (ssl.SSLError, "no valid TLS"),
    (httpx2.DecodingError, "packed, though nobody asked for that,"),
)


def of_failure(error: Exception) -> Shows:
    """Nobody answers there, or nobody knows the name: gone. Everything else may be our own trouble."""
    gone = any(isinstance(cause, ConnectionRefusedError) or is_unknown_name(cause) for cause in causes(error))
    return "gone" if gone else "unclear"


def is_unknown_name(cause: BaseException) -> bool:
    """Whether nobody knows the host's name."""
    return isinstance(cause, socket.gaierror) and cause.errno in (socket.EAI_NONAME, socket.EAI_NODATA)


def why(error: BaseException) -> str:
    """The first of its causes that has words."""
    for cause in causes(error):
        for kinds, words in _WORDS:
            if isinstance(cause, kinds):
                return words.format(cause)
        if isinstance(cause, socket.gaierror):
            return "unknown host" if is_unknown_name(cause) else "host not resolved"
    return type(error).__name__


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from, the groups that asyncio makes of several addresses included."""
    while error:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
                yield from causes(each)
        error = error.__cause__ or error.__context__
