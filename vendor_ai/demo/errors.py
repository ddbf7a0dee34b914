"""What can stop the demo."""

from vendor_ai.domain.errors import VendorAIError


class DemoFailedError(VendorAIError):
    """A part of the demo did not do what it should."""

    code = "demo-failed"
