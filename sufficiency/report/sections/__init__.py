"""The report's parts, one a file, in the order that decision makers ask."""
