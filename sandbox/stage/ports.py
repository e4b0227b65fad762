"""Free ports on loopback, and ports where somebody listens."""

import asyncio
import os
import socket
from contextlib import suppress
from itertools import count as counting

_LOW, _HIGH = 10_000, 32_000
"""Below those that Linux itself gives to connections on their way out: nobody else takes one before we listen there."""
_STRIDE = 7_919
_places = counting(os.getpid() * _STRIDE)
"""Each process begins elsewhere: tests run four at a time, and of one port all would say that it is free."""


async def listens(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held until all are found, and none is given twice before the others were."""
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            listener = socket.socket()
            with suppress(OSError):  # somebody listens there
                listener.bind(("127.0.0.1", _LOW + next(_places) % (_HIGH - _LOW)))
                held.append(listener)
                continue
            listener.close()
        return [listener.getsockname()[1] for listener in held]
    finally:
        for listener in held:
            listener.close()
