"""What could be expected of a check, by what its runs have been."""
