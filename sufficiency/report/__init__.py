"""The sufficiency report: words, tables, charts and maps as HTML, Word and Excel; the returns."""
