"""SQLModel tables and one repository a noun."""
