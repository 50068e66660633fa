"""How pings come to the engine: from the listener, out of the spool, with what was refused of them."""
