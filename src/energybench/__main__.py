"""``python -m energybench`` is the command ``energybench``."""

from energybench.cli import main

if __name__ == "__main__":
    main()
