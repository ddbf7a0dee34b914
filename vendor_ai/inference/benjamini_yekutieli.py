"""Many segments or signals looked at together: the share of false findings is kept, however they depend on one another."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_yekutieli(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return adjusted p-values: taking those at or under a level keeps the expected share of false ones among them at that level.

    Args:
        p_values: Raw p-values, shape (..., m); each last axis is one family. An empty family gives an empty result.

    Returns:
        Adjusted p-values in the order given, never above 1.

    Source:
        Benjamini & Yekutieli (2001), Annals of Statistics 29; equals statsmodels ``multipletests(..., method="fdr_by")``.
    """
    raw = np.asarray(p_values, dtype=np.float64)
    size = raw.shape[-1]
    if size == 0:
        return raw.copy()
    ranks = np.arange(1, size + 1)
    order = np.argsort(raw, axis=-1, kind="stable")
    scaled = np.take_along_axis(raw, order, axis=-1) * (size * np.sum(1 / ranks)) / ranks
    adjusted = np.minimum(np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1], 1.0)
    result = np.empty_like(adjusted)
    np.put_along_axis(result, order, adjusted, axis=-1)
    return result
