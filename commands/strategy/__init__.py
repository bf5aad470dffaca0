"""Commands about strategies: `tutelage strategy ...`."""
