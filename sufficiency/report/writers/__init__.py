"""The report as a page, a document and a workbook."""
