"""Several promises tested at once: p-values adjusted within their family."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p-values: rejecting those at or under a level keeps the family's error at that level.

    Args:
        p_values: Raw p-values, shape (..., m); each last axis is one family. An empty family gives an empty result.

    Returns:
        Adjusted p-values in the order given, never above 1.

    Source:
        Holm (1979); equals statsmodels ``multipletests(..., method="holm")``.
    """
    raw = np.asarray(p_values, dtype=np.float64)
    size = raw.shape[-1]
    order = np.argsort(raw, axis=-1, kind="stable")
    stepped = np.take_along_axis(raw, order, axis=-1) * np.arange(size, 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(stepped, axis=-1), 1.0)
    result = np.empty_like(adjusted)
    np.put_along_axis(result, order, adjusted, axis=-1)
    return result


def holm_one_replaced(p_values: ArrayLike, replacements: ArrayLike) -> NDArray[np.float64]:
    """Return for each member its adjusted p-value if its own raw one were the replacement and the others stayed.

    Args:
        p_values: Raw p-values of one family, shape (m,).
        replacements: What stands in for each member, shape (m,).
    """
    raw = np.asarray(p_values, dtype=np.float64)
    families = np.tile(raw, (raw.size, 1))
    np.fill_diagonal(families, np.asarray(replacements, dtype=np.float64))
    adjusted: NDArray[np.float64] = np.diagonal(holm(families)).copy()
    return adjusted
