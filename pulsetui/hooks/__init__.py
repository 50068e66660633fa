"""Ways to tell somebody: one module for each kind of hook, and the courier that works off the outbox."""
