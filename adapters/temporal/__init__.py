"""Temporal behind the ports: the client, cases, schedules. Workflows themselves are in `workflows`."""
