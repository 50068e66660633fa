"""Commands that print something to read: audit trails, and a page for the morning."""
