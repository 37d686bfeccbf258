"""What the project's scripts share."""
