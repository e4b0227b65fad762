"""Policies from TOML files, refused with file, key and reason when anything is wrong."""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dunning.mistakes import place, why
from dunning.policy.check import PolicyError, findings
from dunning.policy.file import Policy
from dunning.policy.finding import Finding

Texts = Callable[[Policy], list[Finding]]
"""What is wrong with the words of a policy's notices (`adapters.templates.announced`)."""


_GIVEN = {
    "name": "is the file's name without .toml; remove the key",
    "version": "is computed from the file; remove the key",
}
"""What is known of a policy without being written in it."""


class PolicyFolder:
    """Fits `dunning.ports.policies.PolicyFiles`. `texts` reads the notices of each policy that is loaded."""

    def __init__(self, folder: Path, texts: Texts) -> None:
        self._folder = folder
        self._texts = texts

    def names(self) -> list[str]:
        """The policies that the folder offers."""
        return policy_names(self._folder)

    def load(self, name: str) -> Policy:
        """One of them; a name that ends in .toml is a path of its own. Raises PolicyError."""
        policy = load_policy(name, self._folder)
        wrong = self._texts(policy)
        if wrong:
            raise PolicyError(str(_file(name, self._folder)), wrong)
        return policy


def policy_names(folder: Path) -> list[str]:
    """The policies that a folder offers."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def load_policy(name: str, folder: Path) -> Policy:
    """Read `<folder>/<name>.toml`; a name that ends in .toml is a path of its own. Raises PolicyError.

    The words of its notices are not read: `PolicyFolder` does that, too.
    """
    file = _file(name, folder)
    try:
        source = file.read_bytes()
    except (OSError, ValueError):  # a name with a NUL in it is no name of a file
        known = ", ".join(policy_names(folder)) or "none"
        raise PolicyError(
            str(file), [Finding("policy", f"there is no such file; policies in {folder}: {known}")]
        ) from None
    policy = _parsed(file, source)
    wrong = findings(policy)
    if wrong:
        raise PolicyError(str(file), wrong)
    return policy


def _file(name: str, folder: Path) -> Path:
    return Path(name) if name.endswith(".toml") else folder / f"{name}.toml"


def _values(file: Path, source: bytes) -> dict[str, Any]:
    try:
        values = tomllib.loads(source.decode())
    except UnicodeDecodeError as error:
        wrong = [Finding("TOML", f"not UTF-8 text (byte {error.start}); save the file as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        wrong = [Finding("TOML", f"{error}; mend the file there")]
    except (ValueError, RecursionError):
        wrong = [Finding("TOML", "a number of thousands of digits, or brackets in brackets without end; mend the file")]
    else:
        wrong = [Finding(key, _GIVEN[key]) for key in _GIVEN if key in values]
        if not wrong:
            return values
    raise PolicyError(str(file), wrong)


def _parsed(file: Path, source: bytes) -> Policy:
    values = _values(file, source)
    version = hashlib.sha256(source).hexdigest()[:12]
    try:
        return Policy.model_validate({**values, "name": file.stem, "version": version})
    except ValidationError as error:
        raise PolicyError(str(file), [Finding(place(e["loc"]) or "policy", why(e)) for e in error.errors()]) from None
