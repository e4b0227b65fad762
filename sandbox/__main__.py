"""`python -m sandbox`: all companies in one process on loopback; prints one JSON line with their addresses."""

import argparse
import asyncio
import contextlib
import signal
import sys

import uvloop

from sandbox.companies import Addresses
from sandbox.control.site import LOOPBACK, Site
from sandbox.mail.catcher import MailCatcher
from sandbox.panel.panel import ControlPanel
from sandbox.panel.web import WebHost
from sandbox.payments.company import StripeStandIn
from sandbox.paypal.company import PayPalStandIn


async def run(options: argparse.Namespace) -> None:
    """Serve until a signal comes or, with `--with-parent`, until stdin closes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watch = asyncio.create_task(_until_orphaned(stop)) if options.with_parent else None

    payments, panel, mail = StripeStandIn(), ControlPanel(), MailCatcher()
    web, paypal = WebHost(panel.books), PayPalStandIn()
    sites = [
        Site(payments.app(), options.payments_port),
        Site(panel.app(), options.panel_port),
        Site(mail.app(), options.mail_port),
        Site(web.app(), options.web_port),
        Site(paypal.app(), options.paypal_port),
    ]
    smtp = await mail.listen(options.smtp_port)
    serving = [asyncio.create_task(site.serve()) for site in sites]
    _announce(sites, smtp)

    await stop.wait()
    smtp.close()
    for site in sites:
        site.stop()
    for company in (payments, panel, mail, web, paypal):
        company.scripts.forget()  # a held answer would keep its server up
    await payments.close()
    await paypal.close()
    await asyncio.gather(*serving)
    if watch is not None:
        watch.cancel()


def _announce(sites: list[Site], smtp: asyncio.Server) -> None:
    payments, panel, mail, web, paypal = (site.url for site in sites)
    address = f"{LOOPBACK}:{smtp.sockets[0].getsockname()[1]}"
    told = Addresses(payments=payments, panel=panel, smtp=address, mail=mail, web=web, paypal=paypal)
    print(told.model_dump_json(), flush=True)


async def _until_orphaned(stop: asyncio.Event) -> None:
    """A test that is killed cannot stop us, but the kernel closes its end of the pipe."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
    stop.set()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    for name in ("payments", "panel", "smtp", "mail", "web", "paypal"):
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--with-parent", action="store_true", help="stop when stdin closes")
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
