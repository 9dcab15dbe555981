"""The energy of one product in one period."""

from energybench.accounts.account import Account, account

__all__ = ["Account", "account"]
