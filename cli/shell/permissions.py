"""What each command needs from whom its `--by` names. A command with a `--by` that stands nowhere here does not run."""

from collections.abc import Mapping

from dunning.staff.role import Permission

NEEDS: Mapping[str, Permission] = {
    "account exempt": Permission.MONEY,
    "account erase": Permission.RECORDS,
    "account export": Permission.RECORDS,
    "account merge": Permission.FLEET,
    "account set": Permission.CUSTOMERS,
    "approve": Permission.DELETIONS,
    "breaker allow": Permission.FLEET,
    "breaker keep": Permission.FLEET,
    "cancel": Permission.MONEY,
    "change": Permission.MONEY,
    "charge": Permission.MONEY,
    "credits add": Permission.MONEY,
    "credits pay-out": Permission.MONEY,
    "credits use": Permission.MONEY,
    "due": Permission.MONEY,
    "hold": Permission.SERVICES,
    "lift": Permission.SERVICES,
    "link": Permission.CUSTOMERS,
    "outage add": Permission.SERVICES,
    "outage strike": Permission.SERVICES,
    "pause": Permission.MONEY,
    "processor-subscription add": Permission.MONEY,
    "promise": Permission.CUSTOMERS,
    "recover": Permission.FLEET,
    "refund": Permission.MONEY,
    "replan": Permission.FLEET,
    "service add": Permission.CUSTOMERS,
    "service close": Permission.SERVICES,
    "service move": Permission.CUSTOMERS,
    "service remove": Permission.SERVICES,
    "start": Permission.MONEY,
    "subscribe": Permission.MONEY,
    "tickets close": Permission.CUSTOMERS,
    "undo": Permission.FLEET,
    "user add": Permission.STAFF,
    "user disable": Permission.STAFF,
    "void": Permission.MONEY,
    "waive": Permission.MONEY,
    "window add": Permission.SERVICES,
    "window cancel": Permission.SERVICES,
    "window extend": Permission.SERVICES,
    "window move": Permission.SERVICES,
}
BY_LOGIN = frozenset({"promise", "waive", "void", "due"})
"""Signed by the login of whoever types it, when no `--by` does. Of all others without one nobody has to be known."""
NOT_PEOPLE = frozenset({"forecast"})
"""Their `--by` names no person."""
