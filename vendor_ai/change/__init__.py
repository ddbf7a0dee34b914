"""What changed: one served version beside another."""
