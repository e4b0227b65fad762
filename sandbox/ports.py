"""Free ports on loopback."""

import socket


def free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held until all are found, so they differ."""
    held = [socket.socket() for _ in range(count)]
    try:
        for listener in held:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in held]
    finally:
        for listener in held:
            listener.close()
