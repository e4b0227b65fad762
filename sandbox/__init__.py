"""Stand-ins for the companies around a hosting provider, over real sockets, with failures on demand."""
