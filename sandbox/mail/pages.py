"""The mail catcher's pages for people: the list of messages, and each one."""

from html import escape

from sandbox.html import page, table
from sandbox.mail.books import MailBooks, Message


def mail_list(books: MailBooks) -> str:
    """All caught messages, newest first."""
    rows = [
        f"<tr><td>{escape(m.date)}</td><td>{escape(', '.join(m.recipients))}</td>"
        f'<td><a href="/messages/{m.number}">{escape(m.subject) or "(no subject)"}</a></td><td>{m.copies}</td></tr>'
        for m in reversed(books.messages)
    ]
    head = "<tr><th>Date</th><th>To</th><th>Subject</th><th>Copies</th></tr>"
    return page("Caught mail", [f"<h1>Caught mail</h1><table>{head}{''.join(rows)}</table>"])


def mail_page(message: Message) -> str:
    """One message: headers, text, and the HTML part where no script of it can run."""
    body = [
        f'<p><a href="/">All mail</a></p><h1>{escape(message.subject)}</h1>',
        table(("Header", "Value"), message.headers),
        f"<h2>Text</h2><pre>{escape(message.text)}</pre>",
    ]
    if message.html:
        body.append(f'<h2>HTML</h2><iframe sandbox title="The HTML part" srcdoc="{escape(message.html)}"></iframe>')
    return page(message.subject, body)
