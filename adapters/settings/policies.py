"""Policies from TOML files, refused with file, key and reason when anything is wrong."""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from dunning.policy.check import PolicyError, findings
from dunning.policy.file import Policy
from dunning.policy.finding import Finding

Texts = Callable[[Policy], list[Finding]]
"""What is wrong with the words of a policy's notices (`adapters.templates.announced`)."""


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
    except OSError:
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


def _parsed(file: Path, source: bytes) -> Policy:
    try:
        values = tomllib.loads(source.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(str(file), [Finding("TOML", str(error))]) from None
    version = hashlib.sha256(source).hexdigest()[:12]
    try:
        return Policy.model_validate({**values, "name": file.stem, "version": version})
    except ValidationError as error:
        raise PolicyError(str(file), [_finding(e["loc"], e["type"], e["msg"]) for e in error.errors()]) from None


def _finding(place: tuple[str | int, ...], kind: str, message: str) -> Finding:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    if kind == "extra_forbidden":
        return Finding(key, "unknown key; is it a typing mistake?")
    return Finding(key or "policy", message.removeprefix("Value error, "))
