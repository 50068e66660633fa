"""Completion in the shell. A shell asks at each Tab: ``pulsetui __complete SHELL WORD…`` (``main``).

So the scripts for bash, zsh and fish have a dozen lines and never go stale, and slugs, tags and hooks are
those of now. Generators of static scripts (shtab) and argcomplete begin with one tree of argparse parsers;
``ping`` and ``run`` have none, on purpose, and common options stand also before a command's name. What is
known of all of them is the table of commands, which is read here.
"""
