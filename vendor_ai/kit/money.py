"""Amounts of money in one currency, exact to the currency's smallest unit."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Minor units that differ from two digits. Source: ISO 4217, list one.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code), never a float."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not a currency code of ISO 4217, such as EUR.")

    @property
    def digits(self) -> int:
        """Digits after the point that the currency has."""
        return _MINOR_DIGITS.get(self.currency, 2)

    def rounded(self) -> "Money":
        """The amount in whole smallest units, half away from zero."""
        return Money(self.amount.quantize(Decimal(1).scaleb(-self.digits), rounding=ROUND_HALF_UP), self.currency)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.amount + other.amount, self.currency)

    def times(self, factor: Decimal) -> "Money":
        """The amount multiplied by ``factor``, not yet rounded."""
        return Money(self.amount * factor, self.currency)

    def as_json(self) -> dict[str, str]:
        """``{"amount": "600.00", "currency": "EUR"}``."""
        return {"amount": f"{self.rounded().amount:f}", "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.rounded().amount:,f} {self.currency}"
