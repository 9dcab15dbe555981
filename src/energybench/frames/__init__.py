"""Whole tables: read, group, resolve, judge."""

from energybench.frames.assessment import Assessment
from energybench.frames.explanation import Explanation, explain
from energybench.frames.pipeline import assess, assess_path

__all__ = ["Assessment", "Explanation", "assess", "assess_path", "explain"]
