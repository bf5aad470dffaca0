"""The command line `tutelage`."""

from .commands.app import app


def main() -> None:
    """What the console script calls."""
    app(prog_name="tutelage")


if __name__ == "__main__":
    main()
