"""An account, its contacts and its services, as the store keeps them."""

from collections.abc import Iterable

from dunning.coverage import DOMAIN
from dunning.wire import Instant, Wire, Words


class Service(Wire):
    """One service of an account. `kind` is website, email, domain or an operator's own word.

    `id` is its `place` when it came, `panel:user:kind`; it stays when the service moves: holds and invoices name it.
    `aliases` are other domains of it. `site` is the address at which the site's own software takes our notifications,
    `probe` what is looked at from outside: `https://bakery.example/`, or `smtp://mail.example:25/info@bakery.example`.
    Both are empty where there is none.
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
    under which they are written to, one of the settings' `brands`; empty: the house's own.
    """

    id: str
    name: str
    zone: str = ""
    locale: str = "en_US"
    payer: str = ""
    brand: str = ""
    contacts: tuple[Contact, ...] = ()
    services: tuple[Service, ...] = ()


class AccountChange(Wire):
    """What a person changed of an account: `what`, a line each; who did it, why, and when."""

    account: str
    at: Instant
    by: Words
    reason: Words
    what: tuple[str, ...]


def name_of(service: Service) -> str:
    """What a customer calls it: its domain; without one its id."""
    return service.domain or service.id


def domains(services: Iterable[Service]) -> tuple[str, ...]:
    """The domain names among these, which no panel switches (S3-31)."""
    return tuple(each.domain or each.user for each in services if each.kind == DOMAIN)
