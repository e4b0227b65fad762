"""`make sbom`: what production consists of, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), from its lock.

Names, versions and hashes are those of requirements.lock, a hash for each wheel that may be installed. Licences, and
what needs what, are told by the packages that are installed here, each in the locked version. The same lock and the
same packages give the same file: no serial number, and a time only of SOURCE_DATE_EPOCH.
"""

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
_LOCKED = re.compile(
    r"(?P<name>[\w.-]+)(?:\[[\w,.-]+\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\\n]+))?",
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
_PLACES = tuple(
    {
        "sys_platform": platform,
        "platform_system": system,
        "os_name": name,
        "python_version": version,
        "python_full_version": f"{version}.0",
    }
    for (platform, system, name), version in product(_SYSTEMS, ("3.11", "3.12", "3.13", "3.14"))
)
"""Where it may be installed: the lock holds what any of them needs."""
_LONGEST = 100
"""Characters of a licence's name; some packages put the whole text there."""


class Locked(NamedTuple):
    """A package of the lock. `marker`: it is installed only where that holds."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL (https://github.com/package-url/purl-spec)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(text: str) -> list[Locked]:
    """The packages of a lock file, by name. Raises ValueError for one without a hash."""
    found = list[Locked]()
    for part in re.split(r"\n(?=\S)", text.strip()):
        head = _LOCKED.match(part)
        hashes = tuple(sorted(_HASH.findall(part)))
        if head is None or not hashes:
            raise ValueError(f"no package with its hashes: {part.partition(chr(10))[0]}")
        found.append(Locked(canonicalize_name(head["name"]), head["version"], (head["marker"] or "").strip(), hashes))
    return sorted(found)


def sbom(packages: Sequence[Locked], project: Mapping[str, Any], at: datetime | None = None) -> dict[str, Any]:
    """The bill. `project` is that table of pyproject.toml, `at` the time that it carries, if any."""
    by_name = {each.name: each for each in packages}
    own = f"{project['name']}@{project['version']}"
    main = {"type": "application", "bom-ref": own, "name": project["name"], "version": project["version"]}
    metadata: dict[str, Any] = {"component": {**main, "licenses": [{"expression": project["license"]}]}}
    if at is not None:
        metadata = {"timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **metadata}
    needs = {own: _named(project["dependencies"], by_name, frozenset())}
    extras = _extras(project["dependencies"], by_name)
    needs |= {each.purl: _needs(each, by_name, extras) for each in packages}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": [_component(each) for each in packages],
        "dependencies": [{"ref": ref, "dependsOn": sorted(names)} for ref, names in needs.items()],
    }


def _component(package: Locked) -> dict[str, Any]:
    said = _licences(package)
    where = [{"name": "reprieve:installed-where", "value": package.marker}] if package.marker else []
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "hashes": [{"alg": "SHA-256", "content": each} for each in package.hashes],
        **({"licenses": said} if said else {}),
        "purl": package.purl,
        **({"properties": where} if where else {}),
    }


def _installed(package: Locked) -> Distribution | None:
    """The package as it is installed here, in the locked version."""
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        return None
    return found if found.version == package.version else None


def _licences(package: Locked) -> list[dict[str, Any]]:
    """As an SPDX expression where the package gives one; else in its own words."""
    found = _installed(package)
    if found is None:
        return []
    about = found.metadata
    if "License-Expression" in about:
        return [{"expression": about["License-Expression"]}]
    classifiers = about.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    words = [each for each in names if each != "OSI Approved"] or [about["License"] if "License" in about else ""]  # noqa: SIM401 - it has no `get` for the type check
    return [{"license": {"name": each}} for each in sorted(set(words)) if _is_name(each)]


def _is_name(words: str) -> bool:
    return 0 < len(words) <= _LONGEST and "\n" not in words


def _needs(package: Locked, by_name: Mapping[str, Locked], extras: Mapping[str, frozenset[str]]) -> set[str]:
    found = _installed(package)
    wanted = found.requires if found else None
    return _named(wanted or [], by_name, extras.get(package.name, frozenset())) - {package.purl}


def _extras(asked: Sequence[str], by_name: Mapping[str, Locked]) -> dict[str, frozenset[str]]:
    """Which extras of which package anything in the lock asks for."""
    found = dict[str, frozenset[str]]()
    for each in _all_asked(asked, by_name):
        name = canonicalize_name(each.name)
        found[name] = found.get(name, frozenset()) | each.extras
    return found


def _all_asked(asked: Sequence[str], by_name: Mapping[str, Locked]) -> Iterator[Requirement]:
    yield from map(Requirement, asked)
    for package in by_name.values():
        found = _installed(package)
        yield from map(Requirement, (found.requires if found else None) or [])


def _named(asked: Sequence[str], by_name: Mapping[str, Locked], extras: frozenset[str]) -> set[str]:
    """The package URLs of those that are in the lock, as it is anywhere and with these extras."""
    wanted = [each for each in map(Requirement, asked) if _is_needed(each, extras)]
    names = [canonicalize_name(each.name) for each in wanted]
    return {by_name[name].purl for name in names if name in by_name}


def _is_needed(asked: Requirement, extras: frozenset[str]) -> bool:
    if asked.marker is None:
        return True
    return any(asked.marker.evaluate({**place, "extra": extra}) for place in _PLACES for extra in ("", *sorted(extras)))


def main() -> None:
    """Write it to standard output."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    at = datetime.fromtimestamp(int(epoch), UTC) if epoch else None
    bill = sbom(locked(LOCK.read_text()), project, at)
    sys.stdout.write(json.dumps(bill, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
