"""What screens, commands and the wire share: views of checks, alerts, and the one protocol to an engine."""
