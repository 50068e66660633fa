"""What the tests of the screen share: the driver of the app, and samples."""
