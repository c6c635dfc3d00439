"""Makes ``python -m aixsim`` equivalent to ``aixsim``."""

from aixsim.cli import main

if __name__ == "__main__":
    main()
