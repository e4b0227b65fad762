"""The gateway's own control interface: what banks do, and people at the dashboard. The rules are in `objects`."""
