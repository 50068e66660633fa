"""What screens and scripts read and command."""
