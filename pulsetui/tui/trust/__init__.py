"""How far each check can be trusted: what was expected of it day by day, and what became of that."""
