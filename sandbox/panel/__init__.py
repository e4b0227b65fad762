"""Control panels: one module an interface, and the web server of their sites."""
