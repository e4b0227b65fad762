"""Which of an account's services are meant: those that an invoice pays for, of the kinds that a policy names."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from dunning.wire import Wire

DOMAIN = "domain"
"""The kind of services that are domain names: no panel switches them, people do (S3-31)."""
ALL, NONE = "", "-"
"""What a hold names in place of a service: every one of the account, also one that comes later; or none at all."""


class OneService(Protocol):
    """What has to be known of a service."""

    @property
    def id(self) -> str:
        """Its id, `panel:user:kind`."""
        ...

    @property
    def kind(self) -> str:
        """website, email, domain or an operator's own word."""
        ...


_Service = TypeVar("_Service", bound=OneService)


class Coverage(Wire):
    """`services` are ids, `kinds` their kinds; of both, empty means all."""

    services: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it is about whatever the account has, also what comes later."""
        return not self.services and not self.kinds

    def of(self, services: Iterable[_Service]) -> tuple[_Service, ...]:
        """Those of the account's services that are meant. Domain names are of every kind: people decide about them."""
        named = (each for each in services if not self.services or each.id in self.services)
        return tuple(each for each in named if not self.kinds or each.kind in (*self.kinds, DOMAIN))

    def held(self, services: Iterable[OneService]) -> tuple[str, ...]:
        """What its holds name, one each. With nothing to hold there is one all the same: when it goes, it was paid."""
        return (ALL,) if self.is_all else tuple(each.id for each in self.of(services)) or (NONE,)


EVERYTHING = Coverage()


def about(service: str) -> Coverage:
    """What a hold is about that names this service, or ALL."""
    return Coverage(services=() if service == ALL else (service,))
