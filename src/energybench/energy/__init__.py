"""An amount of a carrier becomes tce (and CO2), with the figure that did it."""

#: The bases of standard coal, as documents call them.
BASES_ZH = {"calorific": "当量值", "primary": "等价值"}
BASES = tuple(BASES_ZH)
#: What is read as a basis: its Chinese word, with 值 or without.
BASIS_OF_WORD = {word: basis for basis, zh in BASES_ZH.items() for word in (zh.removesuffix("值"), zh)}
