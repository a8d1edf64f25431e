"""From results to tables, figures and the page."""
