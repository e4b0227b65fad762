"""Services of one panel user: what goes down together, and whose holds count for whom."""

from hypothesis import given
from hypothesis import strategies as st

from dunning.coverage import ALL, EVERYTHING, NONE, about
from dunning.holds import Hold, touching
from dunning.level import Level, strictest
from dunning.records.accounts import Service
from dunning.services.shared_users import holds_on, restraining, same_user, with_same_user
from tests.dunning.life import utc

AT = utc("2026-12-11 14:00")


def service(panel: str, user: str, kind: str = "website") -> Service:
    return Service(id=f"{panel}:{user}:{kind}", account="a", kind=kind, panel=panel, user=user)


SHOP, MAIL, BLOG, OWN = service("whm", "u"), service("whm", "u", "email"), service("whm", "v"), service("own", "u")
SERVICES = (SHOP, MAIL, BLOG, OWN)


def by_user(service: Service) -> bool:
    return service.panel == "whm"


def hold(service: str, level: Level = Level.SUSPENDED, source: str = "INV-1") -> Hold:
    return Hold(account="a", source=source, level=level, since=AT, service=service)


def test_only_services_of_the_same_user_at_such_a_panel_go_together() -> None:
    assert same_user(SHOP, SERVICES, by_user) == (MAIL,)
    assert same_user(OWN, (*SERVICES, service("own", "u", "email")), by_user) == ()
    assert with_same_user((BLOG, SHOP), SERVICES, by_user) == (BLOG, SHOP, MAIL)


def test_a_domain_name_is_switched_with_nothing() -> None:
    name = service("whm", "u", "domain")
    assert same_user(name, SERVICES, by_user) == ()
    assert same_user(SHOP, (*SERVICES, name), by_user) == (MAIL,)


def test_a_suspension_goes_along_and_a_lock_is_the_sites_own() -> None:
    holds = [hold(SHOP.id), hold(SHOP.id, Level.LOCKED, "INV-2"), hold(BLOG.id, source="INV-3")]
    assert holds_on(MAIL, SERVICES, holds, by_user) == (holds[0],)
    assert holds_on(SHOP, SERVICES, holds, by_user) == (holds[0], holds[1])
    assert holds_on(OWN, SERVICES, holds, by_user) == ()


def test_what_restrains_an_invoice_is_what_restrains_one_of_its_services() -> None:
    holds = [hold(SHOP.id), hold(BLOG.id, source="INV-2"), hold(ALL, source="abuse"), hold(NONE, source="INV-4")]
    assert restraining(about(BLOG.id), SERVICES, holds, by_user) == (holds[1], holds[2])
    assert restraining(about(MAIL.id), SERVICES, holds, by_user) == (holds[0], holds[2])
    assert restraining(EVERYTHING, SERVICES, holds, by_user) == tuple(holds[:3])


HOLDS = st.lists(
    st.builds(hold, st.sampled_from([ALL, *(each.id for each in SERVICES)]), st.sampled_from(Level)), max_size=6
)


@given(HOLDS)
def test_services_of_one_user_share_the_strictest_level_that_the_panel_can_show(holds: list[Hold]) -> None:
    def level(of: Service) -> Level:
        return strictest(each.level for each in holds_on(of, SERVICES, holds, by_user))

    def alone(of: Service) -> Level:
        return strictest(each.level for each in touching(of.id, holds))

    shown = {each.id: level(each) if level(each).rank >= Level.SUSPENDED.rank else Level.ACTIVE for each in SERVICES}
    assert shown[SHOP.id] is shown[MAIL.id]
    assert (level(BLOG), level(OWN)) == (alone(BLOG), alone(OWN))
