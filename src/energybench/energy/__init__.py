"""An amount of a carrier becomes tce (and CO2), with the figure that did it."""

from energybench.errors import OptionError, check_option, quoted, text_of

#: The bases of standard coal, as documents call them.
BASES_ZH = {"calorific": "当量值", "primary": "等价值"}
BASES = tuple(BASES_ZH)
#: What is read as a basis: its Chinese word, with 值 or without.
BASIS_OF_WORD = {word: basis for basis, zh in BASES_ZH.items() for word in (zh.removesuffix("值"), zh)}


def check_basis_name(basis: str) -> None:
    meant = next((word for name, word in BASIS_OF_WORD.items() if text_of(basis).startswith(name)), None)
    if meant is not None:
        raise OptionError(f"basis is {quoted(basis)}", quoted(basis), f'Write basis="{meant}"')
    check_option("basis", basis, BASES)
