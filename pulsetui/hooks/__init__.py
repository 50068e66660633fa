"""Ways to notify people: a module for each kind of hook, and the worker that empties the outbox."""
