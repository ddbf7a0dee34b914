"""What a report is printed as, one file a format."""
