"""Situations a person can mend, one class each; the edges decide exit codes and HTTP statuses."""


class VendorAIError(Exception):
    """Something a person can act on; the message says what happened and what to do."""

    code = "problem"


class NotFoundError(VendorAIError):
    """A reference names nothing."""

    code = "not-found"

    def __init__(self, noun: str, reference: str, advice: str) -> None:
        super().__init__(f"There is no {noun} {reference!r}. {advice}")


class InvalidInputError(VendorAIError):
    """A value or file cannot be used as it is."""

    code = "invalid-input"


class ConflictError(VendorAIError):
    """The stored state forbids the request."""

    code = "conflict"


class StoreUnavailableError(VendorAIError):
    """The database or disk cannot take the write now; the same request may be repeated."""

    code = "store-unavailable"


class NotAllowedError(VendorAIError):
    """The acting user lacks the right."""

    code = "not-allowed"
