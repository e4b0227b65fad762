"""Ways to send mail."""

from adapters.mail.smtp import SmtpMailer
from adapters.settings.settings import Settings


def mailer_from(settings: Settings) -> SmtpMailer:
    """The way that the settings ask for; worker and portal send by the same."""
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        name=settings.company,
        reply_to=settings.mail_reply_to,
        bounces=settings.mail_bounces,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password,
        brands=settings.all_brands(),
    )
