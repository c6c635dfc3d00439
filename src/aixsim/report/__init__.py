"""Reports: text, figures and web pages for readers."""
