"""The links of mails that went out at one instant, for tests that open them."""

from dataclasses import dataclass, field
from datetime import datetime

from adapters.signed_links import Links
from composition import now


@dataclass(frozen=True)
class Mailed:
    links: Links
    at: datetime = field(default_factory=now)

    @property
    def help(self) -> str:
        return self.links.help

    def signature(self, invoice: str) -> str:
        return self.links.token("pay", invoice, self.at)

    def pay(self, invoice: str) -> str:
        return self.links.pay(invoice, self.at)

    def back(self, invoice: str, did: str = "pay", had: int = 0) -> str:
        """As the page makes it that such a link opens."""
        term = self.links.opened("pay", invoice, self.signature(invoice))
        assert term
        return self.links.back(invoice, term.for_a_way_back(now(), None), did, had)

    def ticket(self, key: str) -> str:
        return self.links.ticket(key, self.at)

    def notice(self, notice: str) -> str:
        return self.links.notice(notice, self.at)

    def ahead(self, subscription: str) -> str:
        return self.links.ahead(subscription, self.at)

    def date(self, subscription: str) -> str:
        return self.links.date(subscription, self.at)
