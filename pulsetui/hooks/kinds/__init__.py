"""The kinds of hooks, a module each. The registry imports one when it is first used."""
