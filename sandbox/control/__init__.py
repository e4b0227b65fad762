"""The control interface that every company has, its client, and the loopback server. No company's own things."""
