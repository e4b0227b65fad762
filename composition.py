"""Settings -> adapters -> operations: put together in one place, for worker, portal and command line."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from temporalio.client import Client

from adapters import mail, panels
from adapters.gateways.paypal.processor import PayPal
from adapters.gateways.stripe.subscriptions import StripeSubscriptions
from adapters.mail import reachability
from adapters.panels import Panels
from adapters.process.cores import Processors as Cores
from adapters.settings.policies import PolicyFolder, load_policy
from adapters.settings.settings import Settings
from adapters.signed_links import links_from
from adapters.sites import tokens, webhooks
from adapters.sites.probes import OutsideProbes
from adapters.store import SqlStore
from adapters.templates import announced, renderer
from adapters.templates.locale import is_locale
from adapters.temporal.cases import TemporalCases
from adapters.temporal.checks import TemporalChecks
from adapters.temporal.client import register
from adapters.temporal.notice_starter import TemporalNotices
from adapters.temporal.signing import signer_from
from adapters.temporal.subscriptions import TemporalSubscriptions
from dunning.policy.file import Policy
from dunning.ports.processors import Processor
from dunning.records.processor_subscriptions import Company
from dunning.subscriptions.numbers import numbers
from dunning.windows.hours import OpenHours
from operations.accounts.changes import AccountChanges
from operations.accounts.close_site import CloseSite
from operations.accounts.erase import EraseAccount
from operations.accounts.exemptions import Exemptions
from operations.accounts.export import ExportAccount
from operations.accounts.merge import MergeAccounts
from operations.accounts.services import ServiceChanges
from operations.audit.bounded import BoundedAudit
from operations.audit.log import AuditLog
from operations.audit.look import LookAtAudit
from operations.bring_decision import BringDecision
from operations.cases.check_open_cases import CheckOpenCases
from operations.cases.find import Find
from operations.cases.forecast import Forecast
from operations.cases.list_cases import ListCases
from operations.cases.list_open_cases import ListOpenCases
from operations.cases.look import Look
from operations.cases.note_open_cases import NoteOpenCases
from operations.cases.recover import RecoverCases
from operations.cases.show_case import ShowCase
from operations.cases.why import Why
from operations.decisions import Decisions
from operations.fleet.breaker import BreakerDecisions
from operations.fleet.checks import RunChecks
from operations.fleet.day_behind import FindDayBehind
from operations.fleet.removals import Removals
from operations.fleet.report import Reports
from operations.fleet.undo import UndoRun
from operations.invoices.check_invoice import CheckInvoice, Named
from operations.invoices.check_services import CheckServices
from operations.invoices.dry_run import DryRun
from operations.invoices.moving_in import Adoption
from operations.invoices.open_invoice import OpenInvoice
from operations.invoices.update_known import UpdateKnown
from operations.keeping.purge import PurgeStore
from operations.kept import KeptFirst
from operations.money.deliver_news import DeliverNews
from operations.money.new_link import MailNewLink
from operations.money.pay_links import PayLinks
from operations.money.payments import Payments
from operations.money.spread_credit import SpreadCredit
from operations.money.staff_credit import StaffCredit
from operations.notices import NoticeArchive
from operations.policies.difference import ComparePolicies
from operations.policies.replan import MoveToPolicy
from operations.processors.doctor import PaymentDoctor
from operations.processors.links import ProcessorLinks
from operations.processors.look import LookAtProcessor
from operations.processors.processors import Processors
from operations.processors.told import SubscriptionNews
from operations.resend_notice import Letterbox, ResendNotice
from operations.services.holds import StaffHolds
from operations.services.services import AccountServices
from operations.services.settled_holds import SettledHolds
from operations.services.sites import SiteAccesses
from operations.staff.users import Users
from operations.subscriptions.changes import SubscriptionChanges
from operations.subscriptions.check_subscription import CheckSubscription
from operations.subscriptions.keep import KeepSubscriptions
from operations.subscriptions.renew import Renew
from operations.subscriptions.subscribe import Subscribe
from operations.subscriptions.update_known import SubscribeOrChange, Who
from operations.tickets import TicketList
from operations.windows.announce import AnnounceWindow
from operations.windows.follow_up import FollowUpWindows
from operations.windows.outages import Outages
from operations.windows.shut import ShutFrom, shut_by
from operations.windows.windows import MaintenanceWindows


class Composition:
    """Each part is made when it is first asked for, and closed with `stack`. The store's tables must be there.

    `client` gives the connection to Temporal; it may raise OutageError while there is none. A given `store` is whose it
    was: it stays open.
    """

    def __init__(
        self, settings: Settings, client: Callable[[], Client], stack: AsyncExitStack, store: SqlStore | None = None
    ) -> None:
        self.settings = settings
        self._client = client
        self._stack = stack
        self._given = store

    @cached_property
    def store(self) -> SqlStore:
        """What outlives an open invoice."""
        if self._given:
            return self._given
        store = SqlStore(self.settings.store_url, self.settings.outage_seconds)
        self._stack.push_async_callback(store.close)
        return store

    @cached_property
    def seen(self) -> NoteOpenCases:
        """What notes in the table of open cases what is seen of one."""
        return NoteOpenCases(lambda: self.store, now)

    @cached_property
    def cases(self) -> TemporalCases:
        """The invoices' workflows."""
        patience = self.settings.outage_seconds
        return TemporalCases(
            self._client, self.settings.task_queue, seen=self.seen, patience=patience, signer=signer_from(self.settings)
        )

    async def registered(self) -> None:
        """Register the search attributes that Temporal does not have yet."""
        await register(self._client())

    @cached_property
    def panel(self) -> Panels:
        """All control panels."""
        panel = panels.panels_from(self.settings)
        self._stack.push_async_callback(panel.close)
        return panel

    @cached_property
    def services(self) -> AccountServices:
        """What reaches accounts' services: panels, their own software, a look from outside."""
        sites = webhooks.sites_from(self.settings)
        self._stack.push_async_callback(sites.close)
        probes = OutsideProbes(self.settings.probe_seconds, self.settings.probe_networks)
        return AccountServices(self.panel, self.store, sites, probes)

    @cached_property
    def settled_holds(self) -> SettledHolds:
        """Lift holds that are left over."""
        return SettledHolds(self.store, self._policy)

    @cached_property
    def notices(self) -> TemporalNotices:
        """Notices that belong to no case's plan."""
        return TemporalNotices(self._client, self.settings.task_queue, self.settings.outage_seconds)

    @cached_property
    def reach(self) -> reachability.MailReach:
        """Which contacts fall silent with their services."""
        return reachability.reach_from(self.settings)

    @cached_property
    def check_invoice(self) -> CheckInvoice:
        """Check an invoice before it is opened."""
        policies = PolicyFolder(self.settings.policies, announced.texts_of(self.settings))
        names, brands, own = frozenset(policies.names()), self.settings.brands.keys(), self.settings.panels.keys()
        load, locales, networks = lru_cache(policies.load), lru_cache(is_locale), self.settings.probe_networks
        return CheckInvoice(Named(names, load, locales, brands, own, networks), now)

    @cached_property
    def accounts(self) -> AccountChanges:
        """Show and change an account."""
        return AccountChanges(self.store, self.check_invoice.writing, now)

    @cached_property
    def service_changes(self) -> ServiceChanges:
        """Add, move and remove services of an account."""
        return ServiceChanges(self.services, self.look.case, self.store.subscriptions, self.check_invoice.place, now)

    @cached_property
    def close_site(self) -> CloseSite:
        """A customer asks to have a site closed."""
        return CloseSite(self.store, self.look.case, self.store.subscriptions, self.subscriptions.cancel, now)

    @cached_property
    def check_services(self) -> CheckServices:
        """Check that invoices pay for services that there are."""
        return CheckServices(self.store)

    @cached_property
    def update_known(self) -> UpdateKnown:
        """Apply what rows of a file say otherwise than is known."""
        return UpdateKnown(self.store, self.decisions.decide, now)

    @cached_property
    def dry_run(self) -> DryRun:
        """Tell what opening invoices would do."""
        return DryRun(self.store, self.shut, now)

    @cached_property
    def open_invoice(self) -> OpenInvoice:
        """Open an invoice."""
        return OpenInvoice(self.store, self.cases, self.reach, Adoption(lambda: self.panel, self.store), now)

    @cached_property
    def deliver_news(self) -> DeliverNews:
        """Bring news of money, methods and mail to its case."""
        return DeliverNews(self.store, self.cases)

    @cached_property
    def look(self) -> Look:
        """Look at a case."""
        return Look(self.store, self.cases, now)

    @cached_property
    def show_case(self) -> ShowCase:
        """Show a case to staff."""
        return ShowCase(self.look, self.store, self.shut, now)

    @cached_property
    def why(self) -> Why:
        """Tell why everything happened."""
        return Why(self.store, self.look.case, self.shut, now)

    @cached_property
    def kept(self) -> KeptFirst:
        """Keep what people give before its case is told."""
        return KeptFirst(self.store, now)

    @cached_property
    def payments(self) -> Payments:
        """Enter money."""
        return Payments(self.store, self.cases, self._policy, self.look.case, seen=self.seen.asked, kept=self.kept)

    @cached_property
    def spread_credit(self) -> SpreadCredit:
        """Tell open cases of their account's credit."""
        return SpreadCredit(self.store, self.cases)

    @cached_property
    def credit(self) -> StaffCredit:
        """Add and pay out credit."""
        return StaffCredit(self.store, self.spread_credit, now)

    @cached_property
    def decisions(self) -> Decisions:
        """Bring a person's decision to a case."""
        return Decisions(self.store, self.kept, BringDecision(self.store, self.cases))

    @cached_property
    def exemptions(self) -> Exemptions:
        """Exempt an account or a service from consequences."""
        return Exemptions(self.store, self.decisions.decide, now)

    @cached_property
    def merging(self) -> MergeAccounts:
        """Merge two accounts of one customer."""
        return MergeAccounts(self.store, self.decisions.decide, self.exemptions, now)

    @cached_property
    def erase_account(self) -> EraseAccount:
        """Take a customer's names, addresses and words away."""
        return EraseAccount(self.store, self.audit, now)

    @cached_property
    def export_account(self) -> ExportAccount:
        """Tell all that is kept of an account."""
        return ExportAccount(self.store, self.look.case, self.audit, now)

    @cached_property
    def tickets(self) -> TicketList:
        """List what waits for a person, and close it."""
        return TicketList(self.store, now)

    @cached_property
    def users(self) -> Users:
        """Who decides, and who may do what."""
        return Users(self.store, now)

    @cached_property
    def archive(self) -> NoticeArchive:
        """Look at notices that were sent."""
        return NoticeArchive(self.store)

    @cached_property
    def resend(self) -> ResendNotice:
        """Send a notice again, as a copy."""
        settings = self.settings
        domain, secret = settings.mail_from.rpartition("@")[2], settings.newest_signing_secret
        box = Letterbox(mail.mailer_from(settings), renderer.renderer_from(settings), domain, secret)
        return ResendNotice(self.store, box, now)

    @cached_property
    def holds(self) -> StaffHolds:
        """Place and lift holds for other reasons than money."""
        return StaffHolds(self.services, self.notices, now)

    @cached_property
    def site_accesses(self) -> SiteAccesses:
        """Tell what a customer's own site needs."""
        return SiteAccesses(self.store, tokens.site_links_from(self.settings))

    @cached_property
    def pay_links(self) -> PayLinks:
        """Tell the links to pay pages, and end them."""
        links, brands = links_from(self.settings), self.settings.all_brands()
        return PayLinks(self.store, lambda brand: links and links.at(brands.of(brand).url), now)

    @cached_property
    def new_link(self) -> MailNewLink:
        """Mail a customer a new link to a pay page."""
        return MailNewLink(self.store, self.notices, now)

    @cached_property
    def checks(self) -> RunChecks:
        """Sweep, or check for drift, now."""
        checks = TemporalChecks(self._client, self.settings.task_queue, self.settings.outage_seconds)
        return RunChecks(checks, now)

    @cached_property
    def breaker(self) -> BreakerDecisions:
        """Decide about what the breaker stopped."""
        return BreakerDecisions(self.store, self.cases, now)

    @cached_property
    def windows(self) -> MaintenanceWindows:
        """Set, move and cancel maintenance windows."""
        return MaintenanceWindows(self.store, self.cases, self._lead, self.settings.one_after_window, now)

    @cached_property
    def follow_windows(self) -> FollowUpWindows:
        """Tell management what waited for windows that are over."""
        return FollowUpWindows(self.store)

    @cached_property
    def announce_window(self) -> AnnounceWindow:
        """Announce a maintenance window to customers."""
        return AnnounceWindow(self.store, self.look.case, self.notices, self.shut, now)

    @cached_property
    def shut(self) -> ShutFrom:
        """Tell what puts steps off, to whoever names a date to come."""
        return shut_by(self.store, self._lead, timedelta(hours=self.settings.least_outage), self.hours)

    @cached_property
    def hours(self) -> Mapping[str, OpenHours]:
        """When each department is there, by its name in small letters."""
        today = now().date()
        return {name: each.hours(today) for name, each in self.settings.hours.items()}

    @cached_property
    def outages(self) -> Outages:
        """List outages, write them down, strike them out."""
        return Outages(self.store, self.cases, self.settings.one_after_window, now)

    @cached_property
    def undo(self) -> UndoRun:
        """Undo a wrong run."""
        return UndoRun(self.store, self.cases, self.kept, now)

    @cached_property
    def removals(self) -> Removals:
        """List what is due for deletion."""
        return Removals(self.store, self.cases, self.panel, self.shut, now)

    @cached_property
    def list_cases(self) -> ListCases:
        """List the cases as Temporal has them."""
        return ListCases(self.cases, now)

    @cached_property
    def list_open_cases(self) -> ListOpenCases:
        """List the open cases as the table has them."""
        return ListOpenCases(self.store, now)

    @cached_property
    def reports(self) -> Reports:
        """Tell what is owed, and what became of what was due."""
        return Reports(self.list_open_cases, self.store)

    @cached_property
    def forecast(self) -> Forecast:
        """Look ahead."""
        return Forecast(self.store, Cores(), self.shut, now)

    @cached_property
    def compare_policies(self) -> ComparePolicies:
        """Compare two policies for open invoices."""
        return ComparePolicies(self.store, Cores(), self.shut, now)

    @cached_property
    def move_to_policy(self) -> MoveToPolicy:
        """Let open invoices follow another policy."""
        return MoveToPolicy(self.compare_policies, self.cases, self.decisions.decide, self.shut, now)

    @cached_property
    def day_behind(self) -> FindDayBehind:
        """List who always pays just after the reminder."""
        return FindDayBehind(self.store, now)

    @cached_property
    def purge(self) -> PurgeStore:
        """Remove what has been kept long enough."""
        return PurgeStore(self.store, self.settings.lives)

    @cached_property
    def find(self) -> Find:
        """Find a customer's invoices by what somebody has of them."""
        return Find(self.store, now)

    @cached_property
    def check_open_cases(self) -> CheckOpenCases:
        """Compare the table of open cases with the cases."""
        return CheckOpenCases(self.store, self.cases, now)

    @cached_property
    def recover_cases(self) -> RecoverCases:
        """Let dead cases go on."""
        return RecoverCases(self.store, self.cases, now)

    @cached_property
    def subscription_workflows(self) -> TemporalSubscriptions:
        """The subscriptions' workflows."""
        patience = self.settings.outage_seconds
        return TemporalSubscriptions(self._client, self.settings.task_queue, patience, signer_from(self.settings))

    @cached_property
    def check_subscription(self) -> CheckSubscription:
        """Check a subscription before it is begun."""
        return CheckSubscription(self.check_invoice, now)

    @cached_property
    def subscribe(self) -> Subscribe:
        """Begin a subscription."""
        return Subscribe(self.store, self.subscription_workflows, now)

    def subscribe_or_change(self, by: str, reason: str) -> SubscribeOrChange:
        """Begin a subscription, or agree to what is said otherwise than is known."""
        return SubscribeOrChange(self.subscribe, self.subscriptions, Who(by, reason))

    @cached_property
    def subscriptions(self) -> SubscriptionChanges:
        """Look at subscriptions and change them."""
        return SubscriptionChanges(self.store, self.subscription_workflows, self._policy, now)

    @cached_property
    def processors(self) -> Processors:
        """The companies that run subscriptions of their own."""
        settings = self.settings
        stripe = StripeSubscriptions(settings.stripe_key, settings.stripe_url, settings.call_seconds)
        self._stack.push_async_callback(stripe.close)
        known: dict[Company, Processor] = {"stripe": stripe}
        if settings.paypal_client:
            paypal = PayPal(settings.paypal_client, settings.paypal_secret, settings.paypal_url, settings.call_seconds)
            self._stack.push_async_callback(paypal.close)
            known["paypal"] = paypal
        return Processors(known)

    @cached_property
    def look_at_processor(self) -> LookAtProcessor:
        """Look at what their subscriptions took."""
        return LookAtProcessor(self.processors, self.store, self.look.case, self.spread_credit, now)

    @cached_property
    def subscription_news(self) -> SubscriptionNews:
        """Count what a gateway tells of money of its own subscriptions as theirs."""
        return SubscriptionNews(self.processors, self.store, self.look_at_processor)

    @cached_property
    def payment_doctor(self) -> PaymentDoctor:
        """Tell customers whose own subscription pays too late, or too little."""
        return PaymentDoctor(self.store, self.look.case, self._policy, self.notices, now)

    @cached_property
    def processor_links(self) -> ProcessorLinks:
        """Say which of its subscriptions pays for which account."""
        look, doctor = self.look_at_processor, self.payment_doctor
        return ProcessorLinks(self.processors, self.store, look, self.deliver_news.deliver, clock=now, doctor=doctor)

    @cached_property
    def keep_subscriptions(self) -> KeepSubscriptions:
        """Start subscriptions again that somebody ended at the server."""
        return KeepSubscriptions(self.store, self.subscription_workflows)

    @cached_property
    def renew(self) -> Renew:
        """Open the invoice of a renewal."""
        return Renew(self.store, self.open_invoice, self._policy, numbers(self.settings.invoice_numbers))

    @cached_property
    def audit(self) -> AuditLog:
        """Write to the audit log."""
        return AuditLog(self.store, now)

    @cached_property
    def audit_of_strangers(self) -> BoundedAudit:
        """Write to the audit log what strangers can cause."""
        return BoundedAudit(self.audit, now)

    @cached_property
    def look_at_audit(self) -> LookAtAudit:
        """Look at the audit log."""
        return LookAtAudit(self.store)

    @property
    def _lead(self) -> timedelta:
        return timedelta(hours=self.settings.window_lead_hours)

    def _policy(self, name: str) -> Policy:
        return load_policy(name, self.settings.policies)


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)  # noqa: TID251 - rules get the time as an argument; somebody has to read it
