"""`GET /policies/{name}`: what happens to an unpaid invoice, for everybody, made from the live policy (S2-29)."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.templates.locale import LocaleFormat
from dunning.policy.fee import Fee, percent
from dunning.policy.plan import Action, Milestone
from dunning.ports.policies import PolicyFiles
from operations.errors import RefusedError
from operations.policies.plans import PlanOf, Policies
from portal.http.errors import HttpRefusedError
from portal.http.html import Pages
from portal.http.readers import Reader

_ANY_DAY = date(2028, 1, 31)
"""The due date of an invoice of which only the days from it are told."""
_HEADERS = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Language", "X-Robots-Tag": "all"}


class PolicyPage:
    """Reads the policy's file again each time: an edit is on the page as soon as it is valid.

    The page tells of invoices that begin now; a running one keeps the plan it began with, and its own page tells that.
    """

    def __init__(self, files: PolicyFiles, pages: Pages) -> None:
        self._files = files
        self._policies = Policies(files)
        self._pages = pages

    def route(self) -> Route:
        """Open to everybody: it says what the operator promises to all customers of that policy."""
        return Route("/policies/{name}", self._show, methods=["GET"])

    async def _show(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        if name not in self._files.names():  # no path, whatever it looks like
            raise HttpRefusedError(404, "no such page")
        try:
            dated = self._policies.plan(PlanOf(name, _ANY_DAY))
        except RefusedError as error:
            raise HttpRefusedError(404, "no such page", note=str(error)) from None
        reader = self._pages.readers.stranger(request)
        fee = dated.policy.reinstatement.fee
        rows = [_row(reader, each, fee) for each in dated.milestones]
        return self._pages.show("policy", reader, headers=_HEADERS, rows=rows, unwarned=dated.policy.confirm_no_grace)


def _row(reader: Reader, milestone: Milestone, reactivation: Fee | None) -> dict[str, str]:
    """A step: on which day, what, and what it costs."""
    words, what = reader.words["policy"], reader.around["rows"]
    fee = reactivation if milestone.action is Action.SUSPEND else milestone.fee
    own = {Action.ISSUE: words["issue"], Action.NOTIFY: words["notify"]}
    return {
        "day": _day(words, milestone.day),
        "what": own.get(milestone.action) or what[milestone.action.value],
        "more": words["agreed"] if milestone.approvals else "",
        "fee": _fee(words, reader.writes(), fee) if fee else "",
    }


def _day(words: dict[str, Any], day: int) -> str:
    if day == 0:
        return words["on"]
    before_or_after = "before" if day < 0 else "after"
    return words[before_or_after if abs(day) > 1 else f"{before_or_after}_one"].format(count=abs(day))


def _fee(words: dict[str, Any], writes: LocaleFormat, fee: Fee) -> str:
    if fee.amount:
        return writes.money(fee.amount)
    bounds = (("least", fee.minimum), ("most", fee.maximum))
    within = [words[name].format(fee=writes.money(money)) for name, money in bounds if money]
    return ", ".join([words["share"].format(percent=percent(fee.basis_points)), *within])
