"""What a loan costs a year."""

from __future__ import annotations


def yearly_payment(borrowed_gbp: float, *, rate: float, years: int) -> float:
    """Return the equal yearly payment that repays a loan, interest included. [GBP a year]

    Parameters
    ----------
    borrowed_gbp
        The loan. [GBP]
    rate
        Interest. [share a year]
    years
        Years of repayment.

    Examples
    --------
    >>> yearly_payment(1_000.0, rate=0.0, years=25)
    40.0
    >>> round(yearly_payment(1_000.0, rate=0.05, years=25), 2)
    70.95
    """
    return borrowed_gbp / years if rate == 0 else borrowed_gbp * rate / (1 - (1 + rate) ** -years)
