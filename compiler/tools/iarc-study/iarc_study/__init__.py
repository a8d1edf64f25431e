"""The study tool of iarc: models x tasks x seeds x settings, to a table, figures and a page."""

VERSION = "0.1.0"
