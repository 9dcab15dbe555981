"""Whole tables: encode once, compute in numpy, report every problem."""

from energybench.frames.assessment import Assessment
from energybench.frames.pipeline import assess

__all__ = ["Assessment", "assess"]
