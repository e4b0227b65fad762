"""What the looks at the way to pay leave in the store: outages, no blips, and nothing of a maintenance window."""

from datetime import UTC, datetime, timedelta

from adapters.store import SqlStore
from dunning.windows.outage import Way
from dunning.windows.window import Window
from operations.windows.check_outages import CheckOutages
from tests.adapters.store.test_store import AT

EVER = datetime.min.replace(tzinfo=UTC)


class Ways:
    """Parts that fail when a test says so."""

    def __init__(self) -> None:
        self.failing: dict[Way, str] = {}

    async def portal(self) -> str:
        return self.failing.get(Way.PORTAL, "")

    async def mail(self) -> str:
        return self.failing.get(Way.MAIL, "")

    def check(self, store: SqlStore) -> CheckOutages:
        return CheckOutages(store, {Way.PORTAL: self.portal, Way.MAIL: self.mail})


async def test_each_part_has_its_own_outage_and_a_blip_leaves_none(store: SqlStore) -> None:
    ways = Ways()
    check = ways.check(store)
    ways.failing = {Way.PORTAL: "HTTP 502", Way.MAIL: "away"}
    assert (await check.check(AT)).failed == ("portal: HTTP 502", "mail: away")
    ways.failing = {Way.PORTAL: "HTTP 502"}
    await check.check(AT + timedelta(minutes=5))
    (one,) = await store.outages(EVER)
    assert (one.way, one.since, one.until, one.stands) == (Way.PORTAL, AT, None, True)
    ways.failing = {}
    assert (await check.check(AT + timedelta(minutes=10))).headline == "all works"
    (one,) = await store.outages(EVER)
    assert one.until == AT + timedelta(minutes=10)


async def test_in_a_maintenance_window_nobody_looks(store: SqlStore) -> None:
    ways = Ways()
    ways.failing = {Way.PORTAL: "HTTP 503"}
    await store.put_window(Window(id="w", since=AT, until=AT + timedelta(hours=2), zone="UTC"))
    for minutes in (0, 5, 10):
        assert (await ways.check(store).check(AT + timedelta(minutes=minutes))).closed
    assert await store.outages(EVER) == ()


async def test_one_that_was_struck_out_while_it_ran_stays_so_until_it_ends(store: SqlStore) -> None:
    ways = Ways()
    ways.failing = {Way.PORTAL: "HTTP 502"}
    for minutes in (0, 5):
        await ways.check(store).check(AT + timedelta(minutes=minutes))
    (one,) = await store.outages(EVER)
    await store.put_outage(one.model_copy(update={"struck_by": "ana", "struck_reason": "our own firewall"}))
    await ways.check(store).check(AT + timedelta(minutes=10))
    ways.failing = {}
    await ways.check(store).check(AT + timedelta(minutes=15))
    (one,) = await store.outages(EVER)
    assert (one.stands, one.struck_by, one.until) == (False, "ana", AT + timedelta(minutes=15))
