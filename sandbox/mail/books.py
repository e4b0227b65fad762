"""What the mail catcher knows, as its control interface hands it out."""

from pydantic import AwareDatetime, BaseModel


class Message(BaseModel):
    """One caught message. `copies` counts how often a message of this id came, `at` is when it came first."""

    number: int
    message_id: str
    recipients: list[str]
    sender: str
    subject: str
    date: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    copies: int = 1
    at: AwareDatetime | None = None


class MailBooks(BaseModel):
    """The mail catcher's books, oldest first."""

    messages: list[Message] = []

    def to(self, recipient: str) -> list[Message]:
        """The messages to that address, oldest first."""
        return [message for message in self.messages if recipient.lower() in message.recipients]
