"""Where answers to notices go (S1-19): to nobody, unless a kind of notice has an address that people read."""

import re

from pydantic import Field

from dunning.wire import Wire

_UNREAD = re.compile(r"(no|donot|never)reply")


class Replies(Wire):
    """`default` is the address of almost all notices; empty: the mailer's own. `by_title` has those of some titles.

    `by_brand` has the `default` of brands that have their own.
    """

    default: str = ""
    by_title: dict[str, str] = Field(default_factory=dict[str, str])
    by_brand: dict[str, str] = Field(default_factory=dict[str, str])

    def address(self, title: str, brand: str = "") -> str:
        """The reply address of a title; `Service Suspended: Abuse report` is a `Service Suspended`."""
        kinds = (title, title.partition(":")[0])
        return next((self.by_title[kind] for kind in kinds if self.by_title.get(kind)), self._usual(brand))

    def shared(self, addresses: tuple[str, ...], brand: str = "") -> str:
        """The reply address of one mail that holds several notices: theirs when they have the same, or the default."""
        return addresses[0] if len(set(addresses)) == 1 else self._usual(brand)

    def _usual(self, brand: str) -> str:
        return self.by_brand.get(brand, self.default)


def is_read(address: str) -> bool:
    """Whether people read what comes to the address: its own name says so (`no-reply@`), and none means no."""
    name = re.sub(r"[-_.]", "", address.partition("@")[0].lower())
    return bool(name) and not _UNREAD.match(name)
