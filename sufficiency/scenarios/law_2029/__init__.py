"""The law announced for 2029: a lever for each of its parts, each alone or together, delivered wholly or in part."""
