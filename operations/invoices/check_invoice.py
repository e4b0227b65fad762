"""Checking an invoice before it is opened: that what it names exists (policy, locale, brand, panels), and its dates."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dunning.calendar import local_date
from dunning.policy.file import Policy
from dunning.services.networks import Network, refused_url
from operations.errors import RefusedError
from operations.invoices.new_invoice import NewInvoice, fitting
from operations.invoices.written import YEARS, in_window

_ASKED = ("site", "probe")
_ALLOWED = "write a public address without a login, or allow its network in the setting REPRIEVE_PROBE_NETWORKS"
Policies = Callable[[str], Policy]
"""A policy by its name. Raises ValueError, with a line for each reason, when there is none that may be used."""


class Named(NamedTuple):
    """What invoices may name: one of `names`, the policies' folder's own; brands beside the house's; panels.

    `load` reads a policy; `locales` says whether a locale like de_DE is one; `networks` are those that probes and sites
    may be in though they are not public.
    """

    names: Collection[str]
    load: Policies
    locales: Callable[[str], bool]
    brands: Collection[str]
    panels: Collection[str]
    networks: Collection[Network] = ()


class CheckInvoice:
    """Asks neither the store nor Temporal. `clock` is the wall's."""

    def __init__(self, named: Named, clock: Callable[[], datetime]) -> None:
        self._named = named
        self._clock = clock

    def check(self, new: NewInvoice) -> Policy:
        """Its policy. Raises RefusedError."""
        self._check_dates(new)
        if new.policy not in self._named.names:
            raise RefusedError(_unknown("policy", new.policy, "policies", self._named.names), field="policy")
        try:
            policy = self._named.load(new.policy)
            fitting(new, policy)
        except (ValueError, OverflowError) as error:
            raise RefusedError("; ".join(str(error).splitlines())) from None
        if new.moved_in and new.moved_in > local_date(self._clock(), new.zone or policy.zone):
            raise RefusedError(f"{new.moved_in} is yet to come; the last notice there was before", field="moved_in")
        self.writing(new.locale, new.brand)
        for place, service in enumerate(new.services):
            self.place(service.model_dump(include={"panel", *_ASKED}), f"services[{place}].")
        return policy

    def writing(self, locale: str, brand: str) -> None:
        """Whether an account can be written to in that locale and under that brand. Raises RefusedError."""
        if not self._named.locales(locale):
            raise RefusedError(f"{locale!r} is not one; write it like en_US or de_DE", field="locale")
        if brand and brand not in self._named.brands:
            raise RefusedError(_unknown("brand", brand, "brands", self._named.brands), field="brand")

    def place(self, told: Mapping[str, Any], before: str = "") -> None:
        """Whether the settings know the panel that is told, and customers may send us to the site and the probe.

        Raises RefusedError, which names the field with `before` in front of it.
        """
        if "panel" in told and told["panel"] not in self._named.panels:
            raise RefusedError(_unknown("panel", told["panel"], "panels", self._named.panels), field=f"{before}panel")
        for field in _ASKED:
            if (url := told.get(field)) and (why := refused_url(url, self._named.networks)):
                raise RefusedError(f"nobody asks there, {why}: {_ALLOWED}", field=f"{before}{field}")

    def _check_dates(self, new: NewInvoice) -> None:
        today = self._clock().date()
        for field, value in (("due", new.due), ("paid_through", new.paid_through), ("moved_in", new.moved_in)):
            if value and not in_window(value, today):
                raise RefusedError(f"{value} is more than {YEARS} years away; is it a slip?", field=field)


def _unknown(kind: str, name: str, several: str, known: Collection[str]) -> str:
    if not name:
        return f"is missing; {several}: {', '.join(sorted(known)) or 'none'}"
    where = "the policies' folder" if kind == "policy" else "the settings"
    return f"there is no {kind} {name!r} in {where}; {several}: {', '.join(sorted(known)) or 'none'}"
