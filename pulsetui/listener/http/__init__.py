"""The protocol: connections, requests, bodies, event streams. Knows no ping and no check."""
