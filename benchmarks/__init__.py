"""Speed of d2lutils beside d2l 0.17.6 and beside bare PyTorch: run with `make bench`."""
