"""National values set by statute, tariff and allocation: each dated and sourced."""
