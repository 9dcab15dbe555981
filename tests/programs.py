"""Programs of the system that some tests drive."""

import shutil

#: By the marker of the tests that drive it: the names of a program of the system, and the package that brings it.
PROGRAMS = {
    "browser": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "office": (("soffice", "libreoffice"), "libreoffice-calc"),
    "spark": (("java",), "default-jre-headless"),
}


def program(marker: str) -> str | None:
    """Return the path of the program that the tests with a marker drive."""
    return next((path for name in PROGRAMS[marker][0] if (path := shutil.which(name))), None)
