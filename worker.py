"""The worker: runs for ever, holds every case's clock, and is the only place where the parts are put together."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ask_for_money import AskForMoney
from activities.charge import Charge
from activities.close_books import CloseBooks
from activities.deactivate import Deactivate
from activities.delete_service import DeleteService
from activities.move_due_date import MoveDueDate
from activities.open_ticket import OpenTicket
from activities.refund import Refund
from activities.reinstate import Reinstate
from activities.reopen_books import ReopenBooks
from activities.restrict import Restrict
from activities.send_notice import SendNotice
from activities.sweep import SweepBooks
from activities.use_credit import UseCredit
from adapters import links, logs, panels, schedules, temporal
from adapters.cases import Cases
from adapters.gateways.stripe import StripeGateway
from adapters.health import Health, serving
from adapters.mail.smtp import SmtpMailer
from adapters.settings import Settings
from adapters.store import SqlStore, migrate
from adapters.templates import TemplateRenderer
from workflows import attributes, calls
from workflows.invoice import InvoiceDunning
from workflows.sweep import Sweep

BAD_INPUT, FAILED = 2, 1
log = structlog.stdlib.get_logger("reprieve.worker")

Activities = dict[str, Sequence[Callable[..., Any]]]


async def compose(settings: Settings, client: Client, stack: AsyncExitStack) -> Activities:
    """Settings -> adapters -> activities, by the suffix of the queue that serves them; `stack` closes the adapters."""
    store, gateway, panel = _store(settings), _gateway(settings), panels.chosen(settings)
    for adapter in (store, gateway, panel):
        stack.push_async_callback(adapter.close)
    mailer, renderer = _mailer(settings), _renderer(settings)
    domain = settings.mail_from.rpartition("@")[2]
    sweep = SweepBooks(gateway, store, Cases(client, store, settings.task_queue))
    return {
        calls.CHARGING: [
            Charge(gateway, store, settings.card_attempts).charge,
            AskForMoney(gateway, store).ask_for_money,
            Refund(gateway).refund,
        ],
        calls.MAIL: [SendNotice(mailer, renderer, store, domain).send_notice],
        calls.PANEL: [
            Restrict(panel, store, gateway).restrict,
            Reinstate(panel, store).reinstate,
            Deactivate(panel, store, gateway).deactivate,
            DeleteService(panel, store, gateway).delete_service,
        ],
        calls.BOOKS: [
            CloseBooks(store).close_books,
            OpenTicket(store).open_ticket,
            ReopenBooks(store).reopen_books,
            UseCredit(store).use_credit,
            MoveDueDate(store).move_due_date,
            sweep.compare,
            sweep.heal,
        ],
    }


def _store(settings: Settings) -> SqlStore:
    return SqlStore(settings.store_url)


def _gateway(settings: Settings) -> StripeGateway:
    return StripeGateway(settings.stripe_key, settings.stripe_url, settings.call_seconds)


def _mailer(settings: Settings) -> SmtpMailer:
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        name=settings.company,
        reply_to=settings.mail_reply_to,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password,
    )


def _renderer(settings: Settings) -> TemplateRenderer:
    return TemplateRenderer(settings.notices, settings.company, settings.pay_url, links=links.chosen(settings))


def workers(
    client: Client, settings: Settings, activities: Activities, failed: Callable[[BaseException], Any]
) -> list[Worker]:
    """A worker per queue, each with its own rate limit; the workflows run on the main one."""
    limits = {
        calls.CHARGING: settings.charges_per_second,
        calls.MAIL: settings.mails_per_second,
        calls.PANEL: settings.panel_calls_per_second,
    }

    async def on_fatal_error(error: BaseException) -> None:
        failed(error)

    return [
        Worker(
            client,
            task_queue=settings.task_queue + suffix,
            workflows=[] if suffix else [InvoiceDunning, Sweep],
            activities=methods,
            # Rules and activities pass through the sandbox anyway, and importing the rest anew for every case costs
            # a fifth of the throughput. The replay tests run every history in the sandbox and so keep its guard.
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_task_queue_activities_per_second=limits.get(suffix),
            graceful_shutdown_timeout=timedelta(seconds=settings.graceful_seconds),
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_seconds),
            max_heartbeat_throttle_interval=timedelta(seconds=3),
            on_fatal_error=on_fatal_error,
        )
        for suffix, methods in activities.items()
    ]


async def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT, then finish what is held. Returns the exit status."""
    stop, errors = asyncio.Event(), list[BaseException]()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def failed(error: BaseException) -> None:
        errors.append(error)
        stop.set()

    async with AsyncExitStack() as stack:
        health = Health()
        await stack.enter_async_context(serving(health, settings.health_host, settings.health_port))
        await migrate(settings.store_url)
        client = await temporal.connect(temporal.measured(settings.metrics_address))
        await temporal.register(client, attributes.ALL)
        await schedules.keep_sweep(client, settings.task_queue, settings.sweep_hour)
        for worker in workers(client, settings, await compose(settings, client, stack), failed):
            await stack.enter_async_context(worker)
        health.ready = True
        log.info("worker ready", queue=settings.task_queue, namespace=client.namespace)
        await stop.wait()
        health.ready = False
        log.info("worker stopping: it finishes what it holds", seconds=settings.graceful_seconds)
    for error in errors:
        log.error("worker failed", error=repr(error))
    return FAILED if errors else 0


def main() -> int:
    """Read the settings and run; exit status 2 for settings that cannot be used."""
    try:
        settings = Settings()
    except ValidationError as error:
        for e in error.errors():
            name = "_".join(str(part) for part in e["loc"]).upper()
            print(f"worker: setting REPRIEVE_{name}: {e['msg']}", file=sys.stderr)
        return BAD_INPUT
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        return asyncio.run(run(settings))
    except (RuntimeError, RPCError, OSError) as error:
        log.error("worker cannot start; check TEMPORAL_ADDRESS, the store's URL and the ports", error=str(error))  # noqa: TRY400
        return FAILED


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
