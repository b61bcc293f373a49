"""Where the marginal child goes, estimated from published plans: what `compile_overflow.py` writes rests on this."""
