"""The kinds of clause, one file each: kept or broken, and what a broken promise costs."""

from typing import Any

from vendor_ai.domain.clause import ClauseKind
from vendor_ai.kit.registry import Registry

CLAUSE_KINDS: Registry[ClauseKind[Any]] = Registry("vendor_ai.clauses", "CLAUSE_KIND")
