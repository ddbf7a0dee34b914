"""The language of the product: frozen records, errors and ports."""
