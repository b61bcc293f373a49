"""An area: one or more authorities' checked tables and assumptions, and the folder that holds them."""
