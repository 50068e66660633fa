"""From values to lines of styled text, and from these to the screen. Knows no screen of ours."""
