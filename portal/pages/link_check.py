"""Whether a link is good: it came from us, it lasts, and nobody ended it since it was given out."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from adapters.signed_links import Kind, Links, Term
from dunning.ports.links import LinkEnds
from portal.http.errors import HttpRefusedError, LinkEndedError


class Good(NamedTuple):
    """The term of a link that is good. `since`: links of its invoice that were given out before are ended."""

    term: Term
    since: datetime | None = None


class LinkCheck:
    """`clock` is the wall's. A link is ended by one row of the store, so a page asks for that row and no more.

    While the store does not answer no link is good: that is an outage, and it is told as one.
    """

    def __init__(self, links: Links, ends: LinkEnds, clock: Callable[[], datetime]) -> None:
        self.links = links
        self._ends = ends
        self._clock = clock

    def ours(self, kind: Kind, name: str, token: str) -> Term:
        """The term of a link that came from us, over or not. Raises HttpRefusedError 404 for any other."""
        return known(self.links.opened(kind, name, token), kind)

    async def good(self, term: Term, invoice: str, *, fresh: str = "", token: str = "") -> Good:
        """Let a link of ours pass that is good; it has to do with that invoice, or with none.

        Raises LinkEndedError, which says where a `fresh` one is asked for, and the store's errors.
        """
        if not term.lasts(self._clock()):
            raise LinkEndedError("a link that is over", fresh=fresh, token=token)
        since = await self._ends.links_ended(invoice) if invoice else None
        if since and term.given < since:
            raise LinkEndedError("a link that was ended", fresh=fresh, token=token)
        return Good(term, since)


def known(term: Term | None, kind: str) -> Term:
    """The term. Raises HttpRefusedError 404 for a link that is none of ours."""
    if term is None:
        raise HttpRefusedError(404, "no such page", note=f"a {kind} link without its signature")
    return term
