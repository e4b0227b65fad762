"""What WHM says, in the shape of its API 1 and in that of the API 0 before it, which may come back all the same."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

_UNKNOWN = re.compile(r"no such (user|account)|\b(account|user) (does|did) not exist", re.IGNORECASE)
_QUOTES = re.compile(r"[\"'`\u2018-\u201d]")
_DENIED = re.compile(r"permission|denied|access|not authori[sz]ed|forbidden|token|privilege", re.IGNORECASE)
"""These words win over the ones above: an account that we may not see is not one that is gone."""
_ALREADY = re.compile(r"\b(already|not) (been )?(un)?suspended\b|\bis not suspended\b", re.IGNORECASE)
_MOST = 200
_WORD = re.compile(r"\S+")


class WhmAccount(BaseModel):
    """One `acct` of a summary. `suspended` and `is_locked` are 0 or 1, and in old answers text."""

    user: str
    suspended: bool
    suspendreason: str | None = None
    is_locked: bool = False


class _Metadata(BaseModel):
    result: bool
    reason: str | None = None


class _Data(BaseModel):
    """An empty `acct` knows no account; none at all says nothing of it."""

    acct: tuple[WhmAccount, ...] | None = None


class _NewShape(BaseModel):
    metadata: _Metadata
    data: _Data | None = None


class _Status(BaseModel):
    status: bool
    statusmsg: str | None = None


class _OldShape(BaseModel):
    """Acts have one `result`; a summary has `status` and `acct` beside each other."""

    result: tuple[_Status, ...] = ()
    acct: tuple[WhmAccount, ...] | None = None
    status: bool | None = None
    statusmsg: str | None = None


class _Error(BaseModel):
    error: str


class _Refused(BaseModel):
    """How cPanel's own door refuses, before WHM is asked."""

    cpanelresult: _Error


class WhmAnswer(BaseModel):
    """An answer, whatever its shape was. `accounts` is None when it does not say anything about accounts."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    reason: str = ""
    accounts: tuple[WhmAccount, ...] | None = None

    @classmethod
    def read(cls, body: bytes) -> Self | None:
        """None for what is none of these shapes: then nothing is known."""
        for shape in (_NewShape, _OldShape, _Refused):
            try:
                found = shape.model_validate_json(body)
            except ValidationError:
                continue
            match found:
                case _NewShape():
                    accounts = found.data.acct if found.data else None
                    return cls(ok=found.metadata.result, reason=found.metadata.reason or "", accounts=accounts)
                case _Refused():
                    return cls(ok=False, reason=found.cpanelresult.error)
                case _ if found.result:
                    return cls(ok=found.result[0].status, reason=found.result[0].statusmsg or "")
                case _ if found.status is not None:
                    return cls(ok=found.status, reason=found.statusmsg or "", accounts=found.acct)
                case _:
                    continue
        return None

    def denies(self, user: str) -> bool:
        """Whether the refusal is about us and not about the account; an account may be named like one of the words."""
        return not self.ok and bool(_DENIED.search(self.reason.replace(user, "")))

    def knows_no(self, user: str) -> bool:
        """Whether there is no such account: it is refused with words, or the list of accounts is empty."""
        if self.ok:
            return self.accounts == ()
        plain = " ".join(_QUOTES.sub(" ", self.reason.replace(user, " ").replace("doesn't", "does not")).split())
        return not self.denies(user) and bool(_UNKNOWN.search(plain))

    @property
    def already(self) -> bool:
        """Whether what was asked for was so before."""
        return bool(_ALREADY.search(self.reason))

    def words_without(self, user: str) -> str:
        """WHM's own words for people, without whom they are about."""
        told = self.reason.replace(user, "...") if user else self.reason
        return _WORD.sub(lambda word: "..." if "@" in word[0] else word[0], told)[:_MOST] or "no reason given"


def unreadable_answer(content_type: str) -> str:
    """What was expected, for the many who take the wrong port: WHM answers on 2087, cPanel's log-in page on others."""
    kind = content_type.partition(";")[0] or "no type"
    return f"no answer of WHM's API ({kind}); nothing is known. Its port is 2087"
