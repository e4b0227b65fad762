"""Control panels; `chosen` is the one that the settings name."""

from adapters.panels.sandbox import SandboxPanel
from adapters.settings import Settings


def chosen(settings: Settings) -> SandboxPanel:
    """The panel that the settings name; close it in the end."""
    return SandboxPanel(settings.panel_url, settings.call_seconds)
