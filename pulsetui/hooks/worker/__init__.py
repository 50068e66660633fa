"""What the delivery worker is made of."""
