"""The HTTP server and what all its routes share. No route about money lives here."""
