"""The words of the field, its time and its ages, and how numbers and lists are said."""
