"""A typed client of the mail catcher's control interface."""

from urllib.parse import quote

from sandbox.control.client import Control
from sandbox.mail.books import MailBooks, Message


class Mail(Control[MailBooks]):
    """Reads what was caught."""

    async def to(self, recipient: str) -> list[Message]:
        """The messages to that address, oldest first, however many others there are."""
        found = await self._get(f"/control/mails?to={quote(recipient, safe='')}")
        return MailBooks.model_validate_json(found).messages
