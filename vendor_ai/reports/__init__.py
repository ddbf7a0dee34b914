"""Records into a report value, and that into HTML, PDF and XLSX."""
