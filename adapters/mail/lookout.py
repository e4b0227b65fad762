"""Whether an account can be written to outside of its own services: looked at when its invoice is opened (S3-21)."""

from dataclasses import dataclass, field

from adapters.mail.reachability import MailReach
from dunning.case import case
from dunning.notices.reachability import outside
from dunning.ports.companies import Reach
from dunning.records.accounts import Account


@dataclass
class Lookout:
    """Looks at accounts, and keeps in `inside` those that have no address outside of what we host for them."""

    reach: Reach = field(default_factory=MailReach)
    inside: set[str] = field(default_factory=set[str])

    async def at(self, account: Account) -> case.Reachability:
        """Where the account's contacts are. One without any contact has none inside: its notices get tickets."""
        silent = await self.reach.inside(account)
        if not silent or outside(account.contacts, silent):
            self.inside.discard(account.id)
            return "outside"
        self.inside.add(account.id)
        return "inside"
