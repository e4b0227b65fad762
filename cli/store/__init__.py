"""The commands that look after the store itself."""
