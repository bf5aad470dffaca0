"""The nodes of the loop, one file each; none imports another."""
