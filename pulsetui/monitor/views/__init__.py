"""What screens and scripts see of the checks, each made when somebody looks."""
