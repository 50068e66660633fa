"""The command line. `main` is the entrance, `parser` reads `command_table`, `commands` does what is asked."""
