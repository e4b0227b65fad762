"""Ways to send mail."""

from adapters.mail.envelope import Envelopes
from adapters.mail.smtp import SmtpMailer
from adapters.ring import Ring
from adapters.settings.settings import Settings


def envelopes_from(settings: Settings) -> Envelopes:
    """The addresses that mail comes back to: one for each mail, where an address is there for that alone."""
    ring = Ring(settings.signing_secrets) if settings.mail_bounces and settings.signing_secrets else None
    return Envelopes(settings.mail_bounces or settings.mail_from, settings.mail_from.rpartition("@")[2], ring)


def mailer_from(settings: Settings) -> SmtpMailer:
    """The way that the settings ask for; worker and portal send by the same."""
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        name=settings.company,
        reply_to=settings.mail_reply_to,
        envelopes=envelopes_from(settings),
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password,
        brands=settings.all_brands(),
    )
