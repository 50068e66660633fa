"""Pictures of the real app. ``python -m screenshots.make`` renews them."""
