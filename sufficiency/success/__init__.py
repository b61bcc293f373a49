"""How children with SEND fare beside others, and which schools differ from chance."""

from sufficiency.success.funnel import Funnel, by_school
from sufficiency.success.success_measures import SuccessMeasures, success_measures

__all__ = ["Funnel", "SuccessMeasures", "by_school", "success_measures"]


def __dir__() -> list[str]:
    return __all__
