"""The mail server: takes every message, shows it, and fails as scripted."""
