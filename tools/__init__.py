"""What the Makefile runs; no part of the package d2lutils."""
