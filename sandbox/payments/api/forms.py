"""Form-encoded bodies and queries with nested keys, as Stripe's SDKs send them: `metadata[invoice]=INV-1`."""

import re
from collections.abc import Iterable
from typing import Any, cast

Json = dict[str, Any]

_PARTS = re.compile(r"[^\[\]]+|\[\]")


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """The tree of such pairs; `a[0]`, `a[1]` and `a[]` become lists."""
    tree: Json = {}
    for name, value in pairs:
        _put(tree, _PARTS.findall(name), value)
    return cast("Json", _listed(tree))


def _put(tree: Json, parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        below: Any = tree.setdefault(_key(tree, part), {})
        tree = cast("Json", below) if isinstance(below, dict) else {}  # `a=1&a[b]=2`: the first one stays
    tree.setdefault(_key(tree, parts[-1]), value)


def _key(tree: Json, part: str) -> str:
    return str(len(tree)) if part == "[]" else part


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    branches = {key: _listed(value) for key, value in cast("Json", tree).items()}
    if branches and all(key.isdigit() for key in branches):
        return [branches[key] for key in sorted(branches, key=int)]
    return branches
