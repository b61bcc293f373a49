"""How many plans and SEN Support pupils to expect, and how sure we are."""
