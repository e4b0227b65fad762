"""Invoice files: read, checked, tried dry, opened, applied to what is known."""
