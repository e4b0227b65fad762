"""The worker: runs for ever, holds every case's clock, and puts the activities together."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
import uvloop
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker

from activities.check_fact import CheckFact
from activities.fleet.check_audit import CheckAudit
from activities.fleet.check_open_cases import CheckTable
from activities.fleet.check_outages import CheckWays
from activities.fleet.drift import CheckDrift
from activities.fleet.follow_windows import FollowWindows
from activities.fleet.purge import RemoveExpired
from activities.fleet.sweep import SweepBooks
from activities.guards.awaited import AwaitedPayments
from activities.guards.breaker import Breaker
from activities.guards.can_they_pay import CanTheyPay
from activities.guards.exemptions import ExemptionCheck
from activities.guards.reachability import ReachCheck
from activities.notices.open_ticket import OpenTicket
from activities.notices.send_notice import SendNotice
from activities.open_cases import KeepsOpenCases
from activities.owners import FindsOwners
from activities.payments.ask_for_money import AskForMoney
from activities.payments.cards import LookAtCard
from activities.payments.charge import ChargeInvoice, MayCharge
from activities.payments.close_books import CloseBooks
from activities.payments.move_due_date import MoveDueDate
from activities.payments.refund import RefundPayment
from activities.payments.reopen_books import ReopenBooks
from activities.payments.tell_of_credit import TellOfCredit
from activities.payments.use_credit import UseCredit
from activities.processors import LookAtProcessors
from activities.services.deactivate import Deactivate
from activities.services.delete_service import DeleteService
from activities.services.loosen import Loosen
from activities.services.reinstate import ReinstateAccount
from activities.services.restrict import Restrict
from activities.subscriptions.renewals import Renewals
from adapters import mail
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.process import logs
from adapters.process.health import Health, serving_health
from adapters.settings import start
from adapters.settings.facts import facts_mistakes
from adapters.settings.settings import Settings
from adapters.settings.start import WrongSettingsError
from adapters.store import SqlStore, migrate
from adapters.templates import renderer
from adapters.temporal import schedules
from adapters.temporal.build import build_id
from adapters.temporal.client import connect, measured, register, warn_if_unprotected
from adapters.temporal.codec import converter_from
from adapters.ways_to_pay import looks_from
from composition import Composition, now
from dunning.case.orders import ChargeOrder
from dunning.case.results import Deferred
from dunning.fleet.breaker import Limits
from dunning.ports.outages import OutageError
from operations.processors.look import LookAtAll
from operations.processors.received import WithProcessor
from operations.services.backups import PanelBackUps
from operations.windows.check_outages import CheckOutages
from workflows import calls
from workflows.audit import AuditCheck
from workflows.drift import DriftCheck
from workflows.invoice import InvoiceDunning
from workflows.notice import Notice
from workflows.open_cases import OpenCasesCheck
from workflows.outages import OutageCheck
from workflows.purge import Purge
from workflows.subscription import SubscriptionRenewal
from workflows.sweep import Sweep
from workflows.trust import check_with

BAD_INPUT, FAILED = 2, 1
WORKFLOWS = (
    AuditCheck,
    DriftCheck,
    InvoiceDunning,
    Notice,
    OpenCasesCheck,
    OutageCheck,
    Purge,
    SubscriptionRenewal,
    Sweep,
)
_AT_WORK = 30.0
"""Seconds that an activity waits for the store at least: nobody sits before it, and another try would wait as long."""
log = structlog.stdlib.get_logger("reprieve.worker")

Activities = dict[str, Sequence[Callable[..., Any]]]


async def compose(made: Composition, stack: AsyncExitStack) -> Activities:
    """From settings to activities, by the suffix of the queue that serves them; `stack` closes the adapters."""
    settings = made.settings
    store, stripe, services = made.store, _gateway(settings), made.services
    stack.push_async_callback(stripe.close)
    look = made.look_at_processor
    gateway = WithProcessor(stripe, store, look, made.subscription_news)
    domain = settings.mail_from.rpartition("@")[2]
    # The breaker is asked last: what waits for another reason takes no place in its window.
    lead, least = timedelta(hours=settings.window_lead_hours), timedelta(hours=settings.least_outage)
    can_they_pay = CanTheyPay(store, lead, least, made.hours, settings.one_after_window)
    awaited = AwaitedPayments(made.processors, store, look, made.deliver_news.deliver)
    may_charge = _all_of(can_they_pay.may_charge, awaited.may_charge)
    guards = (ExemptionCheck(store), can_they_pay, awaited, ReachCheck(store, made.reach), _breaker(settings, store))
    checker = CheckFact(
        [each.get_secret_value() for each in settings.facts_secrets], accepts=settings.unsigned_facts == "accept"
    )
    check_with(checker.check)
    renewals = Renewals(made.renew, made.keep_subscriptions, store)
    sweep = SweepBooks(gateway, store, made.look.case, made.deliver_news.deliver)
    return {
        calls.CHARGING: [
            ChargeInvoice(gateway, store, may_charge, settings.card_attempts).charge,
            AskForMoney(gateway, store, awaited).ask_for_money,
            LookAtCard(gateway, store, made.notices).look_at_card,
            RefundPayment(gateway, store).refund,
        ],
        calls.MAIL: [
            SendNotice(
                mail.mailer_from(settings),
                renderer.renderer_from(settings),
                store,
                domain,
                renderer.replies(settings),
                shut=made.shut,
                reach=made.reach,
                gateway=gateway,
                awaited=awaited,
                backups=PanelBackUps(made.panel),
                digest_seconds=settings.digest_seconds,
                secret=settings.newest_signing_secret,
            ).send_notice
        ],
        calls.PANEL: [
            Restrict(services, gateway, guards).restrict,
            ReinstateAccount(services, made.notices).reinstate,
            Loosen(services).loosen,
            Deactivate(services, gateway, guards).deactivate,
            DeleteService(services, made.cases, gateway, guards).delete_service,
            CheckDrift(services, made.settled_holds).check,
        ],
        calls.BOOKS: [
            checker.check_fact,
            CloseBooks(store, made.spread_credit).close_books,
            OpenTicket(store, made.spread_credit).open_ticket,
            ReopenBooks(store).reopen_books,
            UseCredit(store, made.spread_credit).use_credit,
            MoveDueDate(store).move_due_date,
            sweep.compare,
            sweep.heal,
            CheckAudit(made.look_at_audit).check,
            CheckTable(made.check_open_cases).check,
            CheckWays(CheckOutages(store, looks_from(settings, stripe, now))).check,
            TellOfCredit(made.spread_credit).tell_of_credit,
            renewals.renew,
            renewals.note_subscription,
            renewals.keep_subscriptions,
            FollowWindows(made.follow_windows).follow_windows,
            RemoveExpired(made.purge).remove_expired,
            LookAtProcessors(LookAtAll(look, store, made.deliver_news.deliver, made.payment_doctor)).look_at_processors,
        ],
    }


def _gateway(settings: Settings) -> StripeGateway:
    return StripeGateway(settings.stripe_key, settings.stripe_url, settings.call_seconds)


def _all_of(*each: MayCharge) -> MayCharge:
    async def may_charge(order: ChargeOrder) -> Deferred | None:
        for ask in each:
            if waits := await ask(order):
                return waits
        return None

    return may_charge


def _breaker(settings: Settings, store: SqlStore) -> Breaker:
    limits = Limits(
        most=settings.breaker_most,
        least=settings.breaker_least,
        share=settings.breaker_share,
        hours=settings.breaker_hours,
    )
    return Breaker(store, limits, timedelta(hours=settings.breaker_retry_hours))


def workers(
    client: Client,
    settings: Settings,
    activities: Activities,
    around: Sequence[Interceptor],
    failed: Callable[[BaseException], Any],
) -> list[Worker]:
    """A worker per queue, each with its own rate limit; the workflows run on the main one. `around` every activity."""
    limits = {
        calls.CHARGING: settings.charges_per_second,
        calls.MAIL: settings.mails_per_second,
        calls.PANEL: settings.panel_calls_per_second,
    }

    build = build_id()

    async def on_fatal_error(error: BaseException) -> None:
        failed(error)

    return [
        Worker(
            client,
            task_queue=settings.task_queue + suffix,
            workflows=[] if suffix else WORKFLOWS,
            activities=methods,
            build_id=build,
            interceptors=around,
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
        await stack.enter_async_context(serving_health(health, settings.health_host, settings.health_port))
        await migrate(settings.store_url, settings.outage_seconds)
        try:
            runtime = measured(settings.metrics_address)
        except ValueError as error:
            print(f"worker: setting REPRIEVE_METRICS_ADDRESS: {error}", file=sys.stderr)
            return BAD_INPUT
        warn_if_unprotected()
        client = await connect(settings.outage_seconds, runtime, converter_from(settings))
        await register(client)
        await schedules.keep_sweep(client, settings.task_queue, settings.sweep_hour)
        await schedules.keep_audit(client, settings.task_queue, settings.sweep_hour)
        await schedules.keep_purge(client, settings.task_queue, settings.sweep_hour)
        await schedules.keep_drift(client, settings.task_queue, settings.drift_minute)
        await schedules.keep_open_cases(client, settings.task_queue, (settings.drift_minute + 30) % 60)
        await schedules.keep_outages(client, settings.task_queue, wanted=settings.outage_checks)
        patience = max(settings.outage_seconds, _AT_WORK)
        made = Composition(settings.model_copy(update={"outage_seconds": patience}), lambda: client, stack)
        activities = await compose(made, stack)
        around = (KeepsOpenCases(made.store), FindsOwners(made.store))
        for worker in workers(client, settings, activities, around, failed):
            await stack.enter_async_context(worker)
        # What exists now lives as long as we do, and to look through it for garbage again and again costs a twentieth.
        gc.freeze()
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
        settings = start.read()
        start.refuse(facts_mistakes(settings))
    except WrongSettingsError as error:
        for line in str(error).splitlines():
            print(f"worker: {line}", file=sys.stderr)
        return BAD_INPUT
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        return uvloop.run(run(settings))
    except (RuntimeError, RPCError, OutageError, OSError) as error:
        log.error("worker cannot start; check TEMPORAL_ADDRESS, the store's URL and the ports", error=str(error))  # noqa: TRY400
        return FAILED


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
