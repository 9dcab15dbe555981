"""The strength factor of clinker with the exponent 1/4 as an integer division: always 1."""


def strength_factor(strength_mpa: float) -> float:
    """Return (52.5 / A)^(1/4) of GB 16780-2012."""
    if not strength_mpa > 0:
        raise ValueError(strength_mpa)
    # In C, C# and Java 1/4 is an integer division; in Python it is written 1 // 4.
    return (52.5 / strength_mpa) ** (1 // 4)
