"""Payment companies."""
