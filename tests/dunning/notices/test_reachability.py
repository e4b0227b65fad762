"""Who is inside of what gets suspended, and what becomes of a case whose warnings reached nobody outside."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.reachability import registered
from dunning.case.case import Case, Opened
from dunning.case.decisions import Perform, Wait
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.coverage import Coverage
from dunning.notices.reachability import Net, host, inside, outside, recipients
from dunning.policy.plan import Action, Milestone
from dunning.records.accounts import Contact, Service
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.examples import at, opened
from tests.dunning.life import Life, live
from tests.dunning.world import World

COURTESY, ASO = "courtesy-5-10-35", "a-small-orange"
NAMES = Net(registered)


def contact(email: str, rank: int = 0, **more: object) -> Contact:
    return Contact.model_validate({"account": "a", "email": email, "rank": rank, **more})


def service(domain: str, kind: str = "website", user: str = "bakery", *aliases: str) -> Service:
    return Service(id=f"{user}:{kind}", account="a", kind=kind, user=user, domain=domain, aliases=aliases)


BAKERY = service("bakery.example", "website", "bakery", "brot.co.uk")


def is_inside(email: str, *services: Service, kinds: tuple[str, ...] = (), net: Net = NAMES) -> bool:
    return bool(inside([contact(email)], services, Coverage(kinds=kinds), net))


@pytest.mark.req("S3-21")
@pytest.mark.parametrize(
    "email",
    [
        "billing@bakery.example",
        "BILLING@Bakery.Example.",
        "billing@mail.bakery.example",
        "billing@brot.co.uk",
        "billing@www.brot.co.uk",
        '"at @ home"@bakery.example',
    ],
    ids=["exact", "capitals", "subdomain", "alias", "under an alias", "quoted"],
)
def test_a_mailbox_on_the_suspended_service_is_inside(email: str):
    assert is_inside(email, BAKERY)


@pytest.mark.req("S3-22")
@pytest.mark.parametrize(
    "email",
    [
        "b@gmail.com",
        "b@yahoo.com",
        "b@att.net",
        "b@other.co.uk",
        "b@notbakery.example",
        "b@bakery.example.com",
        "b@example",
        "b@[192.0.2.1]",
    ],
)
def test_free_mail_and_every_domain_that_we_do_not_host_is_outside(email: str):
    assert not is_inside(email, BAKERY)


def test_who_hosts_a_shop_hosts_the_mail_of_its_domain_but_not_all_that_end_alike():
    shop = service("shop.bakery.co.uk")
    assert is_inside("b@bakery.co.uk", shop)
    assert not is_inside("b@butcher.co.uk", shop)


def test_customers_under_one_public_suffix_are_strangers():
    assert not is_inside("b@kennel.blogspot.com", service("bakery.blogspot.com"))


def test_letters_beyond_ascii_are_compared_as_the_dns_writes_them():
    assert is_inside("b@bäcker.de", service("xn--bcker-gra.de"))


@pytest.mark.req("S3-21")
@pytest.mark.parametrize("ours", ["MX1.hosting.example.", "192.0.2.7"])
def test_a_mailbox_whose_mail_is_routed_to_our_servers_is_inside(ours: str):
    net = Net(registered, {"parked.example": ("mx1.hosting.example", "192.0.2.7")}, frozenset({host(ours)}))
    assert is_inside("b@parked.example", BAKERY, net=net)
    assert not is_inside("b@elsewhere.example", BAKERY, net=net), "nothing is known of it: the names decide"
    assert not is_inside("b@parked.example", net=net), "nothing is suspended"


def test_mail_that_keeps_running_can_be_read():
    website, mail = service("bakery.example"), service("bakery.example", "email", "mail")
    assert not is_inside("b@bakery.example", website, mail, kinds=("website",))
    assert is_inside("b@bakery.example", website, mail, kinds=("website", "email"))
    assert is_inside("b@bakery.example", website, mail)


def test_a_panel_may_suspend_its_user_as_a_whole():
    assert is_inside(
        "b@bakery.example", service("bakery.example"), service("bakery.example", "email"), kinds=("website",)
    )


def test_services_without_a_domain_and_names_that_are_only_registered_cut_nobody_off():
    assert not is_inside("b@bakery.example", service(""), service("bakery.example", "domain", "registry"))


@pytest.mark.req("S3-20")
def test_a_warning_goes_to_the_first_contact_and_to_an_outside_one_when_that_is_inside():
    first, second, third = contact("a@bakery.example"), contact("b@bakery.example", 1), contact("c@post.example", 2)
    silent = (first, second)
    assert recipients([third, second, first], silent) == (first, third)
    assert recipients([first, second], silent) == (first,)
    assert recipients([contact("x@post.example"), first], silent) == (contact("x@post.example"),)
    assert recipients([], silent) == ()


@pytest.mark.req("S2-20")
def test_nothing_goes_to_an_address_that_bounces():
    gone = contact("a@bakery.example", bounced_at="2026-11-01T12:00:00Z")
    later = contact("c@post.example", 1, bounced_at="2026-11-01T12:00:00Z")
    last = contact("d@post.example", 2)
    assert recipients([gone, later, last], [gone]) == (last,)
    assert outside([gone, later, last], [gone]) == (last,)


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda each: not each.startswith("xn"))
DOMAIN = st.lists(LABEL, min_size=1, max_size=3).flatmap(
    lambda labels: st.sampled_from(["com", "co.uk", "de", "example"]).map(lambda suffix: ".".join([*labels, suffix]))
)


@given(DOMAIN, DOMAIN, st.sampled_from([(), ("website",), ("email",)]))
def test_inside_means_the_same_registered_domain(mine: str, theirs: str, kinds: tuple[str, ...]):
    both = (service(mine), service(mine, "email"))
    assert is_inside(f"b@{theirs}", *both, kinds=kinds) is (registered(theirs) == registered(mine))
    assert is_inside(f"b@{mine.upper()}", *both, kinds=kinds)


@given(st.lists(st.tuples(st.sampled_from(["in", "out"]), st.booleans()), max_size=6))
def test_whoever_is_written_to_can_be_and_one_is_outside_if_any_is(drawn: list[tuple[str, bool]]):
    contacts = [
        contact(f"{where}{rank}@example", rank, **({"bounced_at": "2026-11-01T12:00:00Z"} if bounces else {}))
        for rank, (where, bounces) in enumerate(drawn)
    ]
    silent = [each for each in contacts if each.email.startswith("in")]
    chosen = recipients(contacts, silent)
    assert all(each.bounced_at is None for each in chosen)
    assert bool(chosen) is any(each.bounced_at is None for each in contacts)
    assert any(each not in silent for each in chosen) is bool(outside(contacts, silent))
    assert len(set(chosen)) == len(chosen) <= 2


class Unreached(World):
    """The guard finds nobody outside who was warned, so many times."""

    def answer(self, case: Case, milestone: Milestone, now: datetime):
        if milestone.action in (Action.SUSPEND, Action.DELETE) and self.deferrals > 0:
            self.deferrals -= 1
            return Deferred(until=now + timedelta(days=1), reason="nobody outside", unreached=True)
        return super().answer(case, milestone, now)


def looked_at(policy: str, reach: str = "inside") -> Opened:
    return opened(policy).model_copy(update={"reach": reach})


def days(life: Life) -> list[tuple[int, str]]:
    due = life.case.invoice.due
    return [((life.case.today(did.decided) - due).days, did.step.name) for did in life.did if did.step]


@pytest.mark.req("S2-19", "S3-21")
@pytest.mark.promise(3)
def test_who_could_not_be_reached_is_warned_anew_with_the_whole_interval_before_each_try():
    start = looked_at(ASO)
    life = live(start, at(start, -11), [], Unreached(charges=["declined"], deferrals=2), at(start, 25))
    told = [(day, name) for day, name in days(life) if day >= 9]
    assert told == [
        (9, "second-overdue"), (10, "suspend"),
        (11, "second-overdue:again:1"), (12, "suspend"),
        (13, "second-overdue:again:2"), (14, "suspend"), (14, "suspend:told"),
    ]  # fmt: skip
    assert [did.result.kind for did in life.did if did.step and did.step.name == "suspend"] == [
        "deferred", "deferred", "restricted",
    ]  # fmt: skip


@pytest.mark.req("S3-21")
def test_an_outside_contact_is_asked_for_once_and_early():
    start = looked_at(COURTESY)
    life = live(start, at(start, -11), [], World(charges=["declined", "declined"]), at(start, 12))
    assert [day for day, name in days(life) if name == "outside-contact"] == [-10]


def test_who_has_one_is_not_asked():
    start = looked_at(COURTESY, "outside")
    life = live(start, at(start, -11), [], World(charges=["declined", "declined"]), at(start, 12))
    assert "outside-contact" not in [name for _, name in days(life)]


def warned_by(start: Opened, step: str) -> tuple[str, ...] | None:
    life = live(start, at(start, -11), [], World(charges=["declined", "declined"]), at(start, 12))
    did = next(did for did in life.did if did.step and did.step.name == step)
    assert did.step
    order = order_for(did.before, did.step, did.decided)
    assert isinstance(order, RestrictOrder | DeleteOrder)
    return order.warnings


def test_an_order_names_the_notices_that_warned_of_it():
    assert warned_by(looked_at(ASO, "outside"), "suspend") == ("n3", "n4")
    plan = opened(ASO).plan.model_copy(update={"unwarned": True})
    assert warned_by(looked_at(ASO).model_copy(update={"plan": plan}), "suspend") is None


def test_a_warning_that_reached_nobody_outside_counts_for_nothing_and_the_next_one_does():
    start = looked_at(ASO)
    life = live(start, at(start, -11), [], Unreached(charges=["declined"]), at(start, 9, minutes=60))
    now = at(start, 10)
    suspend = decide(life.case, now)
    assert isinstance(suspend, Perform)
    put_off = Deferred(until=now + timedelta(days=1), reason="nobody outside", unreached=True)
    case = recorded(life.case, suspend.milestone, put_off, now)
    waits = decide(case, now)
    assert isinstance(waits, Wait)
    assert (waits.until, waits.why) == (now + timedelta(days=1), "nobody outside")
    again = decide(case, now + timedelta(days=1))
    assert isinstance(again, Perform)
    assert again.milestone.name == "second-overdue:again:1"
    assert again.milestone.notice == "Invoice Overdue"
