"""The companies that run subscriptions, and which of them runs one."""

from collections.abc import Mapping

from dunning.ports.processors import Processor
from dunning.records.processor_subscriptions import Company, company_of


class Processors:
    """Those that are set up here."""

    def __init__(self, known: Mapping[Company, Processor]) -> None:
        self._known = known

    def of(self, subscription: str) -> Processor | None:
        """Who runs the subscription of that id; None where that company is not set up."""
        return self._known.get(company_of(subscription))
