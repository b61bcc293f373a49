"""The report as a Word document: its pages, its tables, and what goes where."""
