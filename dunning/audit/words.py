"""What an entry of the audit log says, and the one way in which that is written, so that anybody can hash it again."""

import json
import re
import shlex
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from dunning.audit.numbers import listed
from dunning.wire import Wire

MOST = 4000
"""Characters of a field that are kept: a file's worth of options is no entry, and strangers fill no table."""
_CUT = " [cut]"
_PASSWORD = re.compile(r"(?<=://)([^\s/@:]*):[^\s/@]*(?=@)")
_ERASURE = '"kind":"erased"'
Kind = Literal["asked", "outcome", "note", "erased"]


class Words(Wire):
    """The personal part of an entry, which may be erased.

    `what` is the command, or the door that was opened; `by` the user who is named, `system_user` whose login it was at
    the operating system, `typed` all that was typed, `about` invoices, accounts and services by their ids. `kind` and
    `of` tie what became of a deed to the entry that was written before it was tried. An erasure names in `numbers` the
    entries whose words it took away, like `5,7-9`.
    """

    kind: Kind = "note"
    what: str = ""
    by: str = ""
    system_user: str = ""
    typed: str = ""
    about: tuple[str, ...] = ()
    reason: str = ""
    outcome: str = ""
    of: str = ""
    numbers: str = ""


_READER = TypeAdapter(Words)


def written(words: Words) -> str:
    r"""As RFC 8785 writes JSON: keys in order, no blanks, nothing escaped that need not be; what is empty is left out.

    Passwords within addresses are not kept, and half a surrogate pair, which is no text, is written as `\udc80`.
    """
    said = words.model_copy(update={"numbers": ""}).model_dump(mode="json")
    kept = {name: _kept(value) for name, value in said.items() if value}
    if words.numbers:  # never cut: it says which words were erased
        kept["numbers"] = words.numbers
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Words:
    """What `written` wrote. Raises ValueError for anything else."""
    return _READER.validate_json(text)


def chosen(words: Words) -> tuple[str, ...]:
    """What was typed beyond the command itself: values, without options' names and without who decided.

    A customer may be called `approve`, or as one of the staff is: that names nobody where it stands for itself.
    """
    typed = iter(_parts(words.typed)[len(words.what.split()) :])
    found = list[str]()
    for part in typed:
        option, given, value = part.partition("=") if part.startswith("--") else ("", "=", part)
        if option == "--by":
            value = value if given else next(typed, "")
        elif given:
            found.append(value)
    return tuple(found)


def _parts(typed: str) -> list[str]:
    try:
        return shlex.split(typed)
    except ValueError:  # it was cut
        return typed.split()


def erased_by(text: str) -> tuple[range, ...]:
    """The numbers of the entries whose words this entry took away; none for an entry of another kind."""
    if _ERASURE not in text:
        return ()
    try:
        words = read(text)
        return listed(words.numbers) if words.kind == "erased" else ()
    except (ValidationError, ValueError):
        return ()


def _kept(value: str | list[str]) -> str | list[str]:
    return [_cut(each) for each in value] if isinstance(value, list) else _cut(value)


def _cut(text: str) -> str:
    plain = _PASSWORD.sub(r"\1:***", text.encode("utf-8", "backslashreplace").decode())
    return plain if len(plain) <= MOST else plain[: MOST - len(_CUT)] + _CUT
