"""Names beside points, none over another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.report.charts.canvas import font_size, halo, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

# Where a name may stand: offset in points, horizontal and vertical alignment; the first that is free is taken.
_PLACES = (
    *((6, 6, "left", "bottom"), (6, -6, "left", "top"), (-6, -6, "right", "top"), (-6, 6, "right", "bottom")),
    *((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 9, "center", "bottom"), (0, -9, "center", "top")),
    *((12, 16, "left", "bottom"), (12, -16, "left", "top"), (-12, 16, "right", "bottom"), (-12, -16, "right", "top")),
)
_POINT = 6.0


def label_points(ax: Axes, points: Sequence[tuple[float, float, str]]) -> list[Any]:
    """Write names beside points where they touch no other name, no point and no edge."""
    from matplotlib.transforms import Bbox

    settle(ax)
    scale = ax.figure.dpi / 72
    centres = [ax.transData.transform((x, y)) for x, y, _ in points]
    taken = [Bbox.from_extents(*(centre - _POINT * scale), *(centre + _POINT * scale)) for centre in centres]
    inside = ax.get_window_extent()
    written = []
    for (x, y, name), own in zip(points, list(taken), strict=True):
        if not name:
            continue
        text = ax.annotate(name, (x, y), textcoords="offset points", xytext=(0, 0), fontsize=font_size(), zorder=6)
        text.set_path_effects(halo(ax))
        for right, up, horizontal, vertical in _PLACES:
            text.set(position=(right, up), horizontalalignment=horizontal, verticalalignment=vertical)
            box = text.get_window_extent()
            clear = not any(box.overlaps(other) for other in taken if other is not own)
            if (
                clear
                and inside.containsx(box.x0)
                and inside.containsx(box.x1)
                and inside.y0 <= box.y0 <= box.y1 <= inside.y1
            ):
                taken.append(box)
                written.append(text)
                break
        else:
            text.remove()
    return written
