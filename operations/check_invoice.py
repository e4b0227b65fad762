"""Checking an invoice before it is opened: whether its policy exists and fits it, and its locale and brand exist."""

from collections.abc import Callable, Collection

from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice, fitting

Policies = Callable[[str], Policy]
"""A policy by its name. Raises ValueError, with a line for each reason, when there is none that may be used."""
Locales = Callable[[str], bool]
"""Whether a locale like de_DE is one."""
Brands = Collection[str]
"""The names of all brands beside the house's own."""


class CheckInvoice:
    """Asks neither the store nor Temporal."""

    def __init__(self, policies: Policies, locales: Locales, brands: Brands) -> None:
        self._policies = policies
        self._locales = locales
        self._brands = brands

    def check(self, new: NewInvoice) -> Policy:
        """Its policy. Raises RefusedError."""
        try:
            policy = self._policies(new.policy)
            fitting(new, policy)
        except (ValueError, OverflowError) as error:
            raise RefusedError("; ".join(str(error).splitlines())) from None
        if not self._locales(new.locale):
            raise RefusedError(f"{new.locale!r} is not one; write it like en_US or de_DE", field="locale")
        if new.brand and new.brand not in self._brands:
            known = ", ".join(sorted(self._brands)) or "none"
            raise RefusedError(f"there is no brand {new.brand!r} in the settings; brands: {known}", field="brand")
        return policy
