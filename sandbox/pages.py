"""The pages for people: the panel's services and journal, the mail catcher's list and messages."""

from collections.abc import Iterable, Sequence
from html import escape

from sandbox.books import MailBooks, Message, PanelBooks

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ccc; vertical-align: top }
iframe { width: 100%; height: 40rem; border: 1px solid #999 }
pre { white-space: pre-wrap; background: #f4f4f4; padding: 1rem }
"""


def panel_page(books: PanelBooks) -> str:
    """Services with their state, and the journal, newest change first."""
    services = [
        (s.user, f"{s.level}, locked" if s.locked else s.level, s.tag, "yes" if s.backups else "no")
        for s in books.services
    ]
    journal = [(str(c.seq), c.user, c.before, c.after, c.tag, c.by) for c in reversed(books.journal)]
    body = [
        "<h1>Sandbox panel</h1>",
        "<p>Interfaces: WHM (<code>/json-api/</code>), HestiaCP (<code>/api/</code>) and a signed one (POST here).</p>",
        "<h2>Services</h2>",
        _table(("User", "State", "Reason", "Back-ups"), services),
        "<h2>Journal</h2>",
        _table(("No.", "User", "From", "To", "Reason", "By"), journal),
    ]
    return _page("Sandbox panel", body)


def mail_list(books: MailBooks) -> str:
    """All caught messages, newest first."""
    rows = [
        f"<tr><td>{escape(m.date)}</td><td>{escape(', '.join(m.recipients))}</td>"
        f'<td><a href="/messages/{m.number}">{escape(m.subject) or "(no subject)"}</a></td><td>{m.copies}</td></tr>'
        for m in reversed(books.messages)
    ]
    head = "<tr><th>Date</th><th>To</th><th>Subject</th><th>Copies</th></tr>"
    return _page("Caught mail", [f"<h1>Caught mail</h1><table>{head}{''.join(rows)}</table>"])


def mail_page(message: Message) -> str:
    """One message: headers, text, and the HTML part where no script of it can run."""
    body = [
        f'<p><a href="/">All mail</a></p><h1>{escape(message.subject)}</h1>',
        _table(("Header", "Value"), message.headers),
        f"<h2>Text</h2><pre>{escape(message.text)}</pre>",
    ]
    if message.html:
        body.append(f'<h2>HTML</h2><iframe sandbox title="The HTML part" srcdoc="{escape(message.html)}"></iframe>')
    return _page(message.subject, body)


def _page(title: str, body: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
