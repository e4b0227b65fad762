"""The sandbox's panel as settings: one name for each interface that it speaks."""

import json

from pydantic import TypeAdapter

from adapters.settings.panels import SANDBOX_SECRET, PanelSettings
from sandbox.panel import hestia as panel_hestia
from sandbox.panel import whm as panel_whm


def sandbox_panels(url: str) -> str:
    """The value of REPRIEVE_PANELS: `sandbox` is the signed interface, `whm` and `hestia` are the others."""
    panels = {
        "sandbox": {"kind": "generic", "url": f"{url}/", "secret": SANDBOX_SECRET},
        "whm": {"kind": "whm", "url": url, "user": panel_whm.USER, "secret": panel_whm.TOKEN},
        "hestia": {
            "kind": "hestia",
            "url": url,
            "user": panel_hestia.ACCESS_KEY,
            "secret": panel_hestia.SECRET_KEY,
        },
    }
    return json.dumps(panels)


def panel_settings(url: str) -> dict[str, PanelSettings]:
    """The same as the settings read it."""
    return TypeAdapter(dict[str, PanelSettings]).validate_json(sandbox_panels(url))
