"""The command line `tutelage`."""


def main() -> None:
    """What the console script calls."""
    try:
        # Here, so that Ctrl-C while libraries are loaded is no traceback either.
        from .commands.app import app

        app(prog_name="tutelage")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
