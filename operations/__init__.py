"""The use cases: what a person or a program may do, one module each, ports injected. No face and no company here."""
