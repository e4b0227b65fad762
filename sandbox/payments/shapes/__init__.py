"""What the objects look like on the wire. How they change is in `objects`."""
