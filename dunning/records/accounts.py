"""An account, its contacts and its services, as the store keeps them."""

from collections.abc import Iterable, Sequence
from datetime import date

from dunning.case.facts import Exemption
from dunning.coverage import DOMAIN
from dunning.wire import Instant, Wire, Words


class Service(Wire):
    """One service of an account. `kind` is website, email, domain or an operator's own word.

    `id` is its `place` when it came, `panel:user:kind`; it stays when the service moves: holds and invoices name it.
    `aliases` are other domains of it. `site` is the address at which the site's own software takes our notifications,
    `probe` what is looked at from outside: `https://bakery.example/`, or `smtp://mail.example:25/info@bakery.example`.
    Both are empty where there is none. Until `exempt_until` is over nobody is restricted for an invoice that pays for
    it; `exempt_by` and `exempt_reason` say who decided that, and why.
    """

    id: str
    account: str
    kind: str = "website"
    panel: str = "sandbox"
    user: str
    domain: str = ""
    aliases: tuple[str, ...] = ()
    site: str = ""
    probe: str = ""
    exempt_until: date | None = None
    exempt_by: str = ""
    exempt_reason: str = ""

    @property
    def place(self) -> str:
        """Where it is now, `panel:user:kind`."""
        return f"{self.panel}:{self.user}:{self.kind}"


class Contact(Wire):
    """An address that notices go to, in order of `rank` (0 first).

    `bounced_at` and `bounce` say when and with which words a mail came back from it; nothing is sent there any more.
    """

    account: str
    email: str
    rank: int = 0
    bounced_at: Instant | None = None
    bounce: str = ""


class Account(Wire):
    """A customer. `locale` is a babel name such as en_US.

    `payer` is the gateway's own id of the customer (Stripe: `cus_...`); empty when it knows none. `brand` is the name
    under which they are written to, one of the settings' `brands`; empty: the house's own. `exempt_until` as a
    service's, for all of its invoices. `old_payers` are those that it had before, and those of accounts that were
    merged into it: money that was set out under them is asked for, nothing is charged there. `erased_at` and
    `erased_by`: when its names, addresses and words were taken away, and by whom; what came since is new.
    """

    id: str
    name: str
    zone: str = ""
    locale: str = "en_US"
    payer: str = ""
    old_payers: tuple[str, ...] = ()
    brand: str = ""
    exempt_until: date | None = None
    exempt_by: str = ""
    exempt_reason: str = ""
    erased_at: Instant | None = None
    erased_by: str = ""
    contacts: tuple[Contact, ...] = ()
    services: tuple[Service, ...] = ()


class AccountChange(Wire):
    """What a person changed of an account: `what`, a line each; who did it, why, and when."""

    account: str
    at: Instant
    by: Words
    reason: Words
    what: tuple[str, ...]


def exemption_of(account: Account, pays_for: Sequence[str], changes: Sequence[AccountChange]) -> Exemption | None:
    """The last word on how long an invoice is exempt that pays for these services (none named: all of the account's).

    Of several exemptions the longest counts. None when nobody ever changed the account.
    """
    if not changes:
        return None
    its = (each for each in account.services if not pays_for or each.id in pays_for)
    exempt = [each for each in (account, *its) if each.exempt_until]
    longest = max(exempt, key=lambda each: each.exempt_until or date.min, default=None)
    return Exemption(
        until=longest and longest.exempt_until,
        number=len(changes),
        by=longest.exempt_by if longest else changes[-1].by,
        reason=longest.exempt_reason if longest else changes[-1].reason,
    )


def is_exempt(account: Account, pays_for: Sequence[str], today: date) -> bool:
    """Whether an invoice that pays for these services (none named: all) is exempt on that local date."""
    its = (each for each in account.services if not pays_for or each.id in pays_for)
    return any(each.exempt_until and today <= each.exempt_until for each in (account, *its))


def name_of(service: Service) -> str:
    """What a customer calls it: its domain; without one its id."""
    return service.domain or service.id


def domains(services: Iterable[Service]) -> tuple[str, ...]:
    """The domain names among these, which no panel switches (S3-31)."""
    return tuple(each.domain or each.user for each in services if each.kind == DOMAIN)
