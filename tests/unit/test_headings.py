"""The helper that reads headings from the sources of the pages."""

import doctest

import headings


def test_its_examples_hold():
    assert doctest.testmod(headings).failed == 0
