"""All incidents, and their export."""
