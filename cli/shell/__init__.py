"""What all commands share: options, connections, output, errors. No command lives here."""
