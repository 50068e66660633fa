"""What people answer to alerts: by a button in a message, or by a link."""
