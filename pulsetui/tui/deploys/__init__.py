"""The deploys, and how each job stands since."""
