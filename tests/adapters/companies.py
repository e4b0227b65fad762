"""The companies that the contract suites run against. A second adapter joins by adding itself to the tables below."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from adapters.gateways.stripe.gateway import StripeGateway
from adapters.mail.smtp import SmtpMailer
from adapters.panels import Panels
from dunning.ports.companies import Gateway, Mailer, Panel
from sandbox.companies import Sandbox
from sandbox.control.client import Control
from sandbox.mail.books import MailBooks
from sandbox.panel.client import Panel as PanelControl
from sandbox.panel.settings import panel_settings
from sandbox.payments.client import Payments as PaymentsControl
from sandbox.stage.process import SandboxProcess

PATIENCE = 5.0
HASTE = 0.3
STRIPE_KEY = SecretStr("sk_test_sandbox")


@dataclass
class PaymentCompany:
    """A gateway, a second one without patience, the company's control interface, and where it listens."""

    gateway: Gateway
    hasty: Gateway
    control: PaymentsControl
    url: str


@dataclass
class PanelCompany:
    """Panels, reached by the name that a service gives, and the same ones without patience."""

    panel: Panel
    hasty: Panel
    control: PanelControl
    name: str
    url: str


@dataclass
class MailCompany:
    mailer: Mailer
    hasty: Mailer
    control: Control[MailBooks]


@asynccontextmanager
async def stripe_payments() -> AsyncGenerator[PaymentCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        url = addresses.payments
        gateway, hasty = StripeGateway(STRIPE_KEY, url, PATIENCE), StripeGateway(STRIPE_KEY, url, HASTE)
        yield PaymentCompany(gateway, hasty, sandbox.payments, url)
        await gateway.close()
        await hasty.close()


@asynccontextmanager
async def panel_of(name: str) -> AsyncGenerator[PanelCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        named = panel_settings(addresses.panel)
        panel, hasty = Panels(named, PATIENCE), Panels(named, HASTE)
        yield PanelCompany(panel, hasty, sandbox.panel, name, addresses.panel)
        await panel.close()
        await hasty.close()


@asynccontextmanager
async def smtp_mail() -> AsyncGenerator[MailCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        host, port = addresses.smtp.split(":")
        mailer = SmtpMailer(host, int(port), "billing@host.example", name="Hosting Müller", timeout=PATIENCE)
        hasty = SmtpMailer(host, int(port), "billing@host.example", timeout=HASTE)
        yield MailCompany(mailer, hasty, sandbox.mail)


PAYMENTS: dict[str, Callable[[], AbstractAsyncContextManager[PaymentCompany]]] = {"stripe": stripe_payments}
PANELS = ("whm", "hestia", "sandbox")
"""The names of the sandbox's panel under which it speaks one interface each; the last is an operator's own."""
MAILERS: dict[str, Callable[[], AbstractAsyncContextManager[MailCompany]]] = {"smtp": smtp_mail}
