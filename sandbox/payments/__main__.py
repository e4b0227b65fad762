"""`python -m sandbox.payments`: the stand-in for Stripe alone, for any project; prints its address once it listens."""

import argparse
import asyncio
import signal

from sandbox.control.site import Site
from sandbox.payments.company import StripeStandIn
from sandbox.payments.webhooks.send import SECRET, Subscription


async def run(port: int, webhook: Subscription) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stripe = StripeStandIn()
    stripe.subscribe(webhook)
    site = Site(stripe.app(), port)
    serving = asyncio.create_task(site.serve())
    print(site.url, flush=True)
    await stop.wait()
    site.stop()
    await stripe.close()
    await serving


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.payments", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where it listens on loopback; 0 takes a free port")
    parser.add_argument("--webhook", default="", metavar="URL", help="where events go")
    parser.add_argument("--secret", default=SECRET, help="what signs them (default: %(default)s)")
    options = parser.parse_args()
    try:
        asyncio.run(run(options.port, Subscription(url=options.webhook, secret=options.secret)))
    except OSError as error:
        parser.error(f"--port {options.port}: {error.strerror}")


if __name__ == "__main__":
    main()
