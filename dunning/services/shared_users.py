"""Services of one panel user: a panel that only knows users suspends them all together, whichever of them is meant."""

from collections.abc import Callable, Iterable, Sequence

from dunning.coverage import DOMAIN, NONE, Coverage
from dunning.holds import Hold, touching
from dunning.level import Level
from dunning.records.accounts import Service

ByUser = Callable[[Service], bool]
"""Whether the service's panel switches all services of a panel user together."""


def same_user(service: Service, services: Iterable[Service], by_user: ByUser) -> tuple[Service, ...]:
    """The other services that go down and come back with this one; a domain name never does."""
    if service.kind == DOMAIN or not by_user(service):
        return ()
    user, hosted = (service.panel, service.user), (each for each in services if each.kind != DOMAIN)
    return tuple(each for each in hosted if (each.panel, each.user) == user and each.id != service.id)


def with_same_user(meant: Sequence[Service], services: Sequence[Service], by_user: ByUser) -> tuple[Service, ...]:
    """These services, and after them the others that go down with them."""
    along = (each for service in meant for each in same_user(service, services, by_user))
    return tuple({each.id: each for each in (*meant, *along)}.values())


def restraining(
    covers: Coverage, services: Sequence[Service], holds: Sequence[Hold], by_user: ByUser
) -> tuple[Hold, ...]:
    """Those of an account's holds that restrict one of the covered services."""
    if covers.is_all:
        return tuple(hold for hold in holds if hold.service != NONE)
    its = [holds_on(each, services, holds, by_user) for each in covers.of(services)]
    return tuple(hold for hold in holds if any(hold in each for each in its))


def holds_on(service: Service, services: Iterable[Service], holds: Sequence[Hold], by_user: ByUser) -> tuple[Hold, ...]:
    """The holds that restrict this service, in their order: its own, and those that suspend its user.

    Else one service's hold would suspend the user, and the next service's would reinstate it. A warning or a lock is
    its site's own matter: no such panel shows it.
    """
    own = touching(service.id, holds)
    others = [each for other in same_user(service, services, by_user) for each in touching(other.id, holds)]
    suspending = [each for each in others if each.level.rank >= Level.SUSPENDED.rank]
    return tuple(hold for hold in holds if hold in own or hold in suspending)
