"""The command palette: any verb, any check, and whole commands as they are typed."""
