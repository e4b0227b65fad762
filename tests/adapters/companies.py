"""The companies that the contract suites run against. A second adapter joins by adding itself to the tables below."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from adapters.gateways.sandbox import SandboxGateway
from adapters.mail.smtp import SmtpMailer
from adapters.panels.sandbox import SandboxPanel
from dunning.ports import Gateway, Mailer, Panel
from sandbox.books import MailBooks
from sandbox.control import Desk, Sandbox
from sandbox.control import Panel as PanelDesk
from sandbox.control import Payments as PaymentDesk
from sandbox.process import SandboxProcess

PATIENCE = 5.0
HASTE = 0.3


@dataclass
class PaymentCompany:
    """A gateway, a second one without patience, and the company's desk."""

    gateway: Gateway
    hasty: Gateway
    desk: PaymentDesk


@dataclass
class PanelCompany:
    panel: Panel
    hasty: Panel
    desk: PanelDesk


@dataclass
class MailCompany:
    mailer: Mailer
    hasty: Mailer
    desk: Desk[MailBooks]


@asynccontextmanager
async def sandbox_payments() -> AsyncGenerator[PaymentCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        gateway, hasty = SandboxGateway(addresses.payments, PATIENCE), SandboxGateway(addresses.payments, HASTE)
        yield PaymentCompany(gateway, hasty, sandbox.payments)
        await gateway.close()
        await hasty.close()


@asynccontextmanager
async def sandbox_panel() -> AsyncGenerator[PanelCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        panel, hasty = SandboxPanel(addresses.panel, PATIENCE), SandboxPanel(addresses.panel, HASTE)
        yield PanelCompany(panel, hasty, sandbox.panel)
        await panel.close()
        await hasty.close()


@asynccontextmanager
async def smtp_mail() -> AsyncGenerator[MailCompany]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        host, port = addresses.smtp.split(":")
        mailer = SmtpMailer(host, int(port), "billing@host.example", name="Hosting Müller", timeout=PATIENCE)
        hasty = SmtpMailer(host, int(port), "billing@host.example", timeout=HASTE)
        yield MailCompany(mailer, hasty, sandbox.mail)


PAYMENTS: dict[str, Callable[[], AbstractAsyncContextManager[PaymentCompany]]] = {"sandbox": sandbox_payments}
PANELS: dict[str, Callable[[], AbstractAsyncContextManager[PanelCompany]]] = {"sandbox": sandbox_panel}
MAILERS: dict[str, Callable[[], AbstractAsyncContextManager[MailCompany]]] = {"smtp": smtp_mail}
