"""The transportation problem: as a flow, as algebra, with the rules that a flow can take."""
