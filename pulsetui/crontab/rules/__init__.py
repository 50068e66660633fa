"""The rules, a module for each group. ``all_rules`` is the one list of them."""
