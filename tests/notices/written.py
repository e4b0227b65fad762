"""What customers read of each policy, in each language that is shipped, kept whole under `snapshots/`.

`python -m tests.notices.written` writes the files anew after a change of words; read the difference before committing.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any

from adapters.settings.policies import load_policy, policy_names
from adapters.settings.settings import ROOT, Settings
from cli.policies import preview
from cli.policies.preview import PreviewRow

SNAPSHOTS = Path(__file__).parent / "snapshots"
POLICIES = ROOT / "policies"
LOCALES = ("en_US", "de_DE")
CASES = [(policy, locale) for policy in policy_names(POLICIES) for locale in LOCALES]
DUE = date(2026, 12, 1)
_SIGNATURE = re.compile(r"(?<=\?s=)[0-9]{8}\.[0-9]+\.[A-Za-z0-9_-]{43}")
_GIVEN: dict[str, Any] = {
    "company": "Example Hosting",
    "link_secrets": ("a secret of at least 32 characters",),
    "portal_url": "https://portal.example",
    "mail_from": "billing@hosting.example",
    "mail_reply_to": "no-reply@hosting.example",
    "reply_to": {"Payment Taken Back": "disputes@hosting.example", "Service Suspended": "abuse@hosting.example"},
}
SETTINGS = Settings(**_GIVEN)


def rows(policy: str, locale: str) -> list[PreviewRow]:
    """Every notice of the policy, rendered for an invoice due on the first of December."""
    return list(preview.rows(SETTINGS, load_policy(policy, POLICIES), locale, DUE))


def whole(policy: str, locale: str) -> str:
    """All of them as one text, without what the secret makes of the links."""
    parts = (
        f"##### {row.when} - {row.story}\nSubject: {row.subject}\n\n{row.content.text}\n"
        for row in rows(policy, locale)
    )
    return _SIGNATURE.sub("SIGNATURE", "\n".join(parts))


def file(policy: str, locale: str) -> Path:
    """Where it is kept."""
    return SNAPSHOTS / f"{policy}.{locale}.txt"


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for case in CASES:
        file(*case).write_text(whole(*case), encoding="utf-8")
