"""Whole tables: read, group, resolve, judge."""

from energybench.frames.assessment import Assessment
from energybench.frames.pipeline import assess, assess_path

__all__ = ["Assessment", "assess", "assess_path"]
