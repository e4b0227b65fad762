"""A socket that listens before anybody is told of it."""

import socket

_QUEUE = 1_024


def listening(host: str, port: int) -> socket.socket:
    """Listen there; port 0 takes a free one. Raises OSError, naming the address, when it cannot be had."""
    # Named TCP outright: asyncio switches Nagle's algorithm off only then, and it costs 40 ms an answer.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_QUEUE)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"{error.strerror}: {host} port {port}") from None
    return listener
