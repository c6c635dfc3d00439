"""Lets ``python -m aixsim`` do what ``aixsim`` does."""

from aixsim.cli import main

if __name__ == "__main__":
    main()
