"""Any file as a frame of text: delimited text, a folder or a zip, its columns, and what kind of file it is."""
