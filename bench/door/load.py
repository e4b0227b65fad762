"""`python -m bench.door.load PORT SECRET RATE SECONDS RUN`: signed webhooks at a fixed rate, to loopback only.

Prints one JSON line. A webhook is due at its own instant, whatever became of the ones before, and its latency counts
from then: a door that stalls cannot slow the load down and hide it.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

import uvloop
from stripe import WebhookSignature

HOST = "127.0.0.1"
MOST = 20_000
"""Webhooks of one run, at the most."""
PATIENCE = 10.0
IDLE = 3.0
"""Seconds after which a connection is not used again: servers close idle ones after five."""
_FILLING = "x" * 2_500
"""Makes an event about as long as Stripe's are."""


@dataclass
class Load:
    """What was sent, and how long each answer took, in milliseconds."""

    port: int
    secret: str
    run: str
    latencies: list[float] = field(default_factory=list[float])
    failed: int = 0
    free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]]
    )

    async def send(self, number: int, due: float) -> None:
        """Send one, on a connection that is free or new."""
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self._connection()
                writer.write(self._request(number))
                status = await _answered(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.failed += 1
            return
        self.latencies.append((time.perf_counter() - due) * 1000)
        self.failed += status != b"200"
        self.free.append((time.perf_counter(), reader, writer))

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.free:
            since, reader, writer = self.free.pop()
            if time.perf_counter() - since < IDLE:
                return reader, writer
            writer.close()
        return await asyncio.open_connection(HOST, self.port)

    def _request(self, number: int) -> bytes:
        body = event(f"evt_{self.run}_{number}")
        signature = WebhookSignature.generate_signature_header(body, self.secret)  # pyright: ignore[reportUnknownMemberType]
        head = (
            f"POST /webhooks/stripe HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()


def event(name: str) -> str:
    """A payment of a customer who is not ours: it is kept, read and ticked off, and concerns no case."""
    intent: dict[str, object] = {
        "id": f"pi_{name}", "object": "payment_intent", "amount": 1999, "amount_received": 1999, "currency": "usd",
        "status": "succeeded", "created": 1_764_000_000, "metadata": {}, "description": _FILLING,
    }  # fmt: skip
    told = {
        "id": name,
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1_764_000_000,
        "livemode": False,
    }
    return json.dumps({**told, "data": {"object": intent}})


async def _answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return head.split(b" ", 2)[1]


async def run(load: Load, rate: int, seconds: float) -> None:
    """Send `rate` a second for so long."""
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for number in range(min(int(rate * seconds), MOST)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.create_task(load.send(number, due))


if __name__ == "__main__":
    made = Load(int(sys.argv[1]), sys.argv[2], sys.argv[5])
    uvloop.run(run(made, int(sys.argv[3]), float(sys.argv[4])))
    print(json.dumps({"latencies": made.latencies, "failed": made.failed}))
