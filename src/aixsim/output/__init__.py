"""What people see: headline, figures, diaries."""
