"""Imports every table, so that migrations see them all."""

from vendor_ai.db import (  # noqa: F401 - imported for their tables
    assessment,
    audit,
    contract,
    finding,
    job,
    prediction_log,
    report,
    secret,
    token,
    vendor,
    verdict,
)
