"""What panel, site and visitors show of a service. Who asks for its level is in `holds`."""
