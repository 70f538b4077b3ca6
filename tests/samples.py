"""Inputs that several tests give: hostile text, and a language of four words."""

import torch

# Markup, a formula and quotes: a component has to show each of them as text.
EVIL = "</script><img src=x onerror=alert(1)><!-- \u2028 $x_1$ \\ & \"'"

WORDS = ["old", "dogs", "sleep", "."]
# Of the last word, or of none: the chances of each word; the full stop ends.
CHANCES = {
    None: [0.42, 0.33, 0.23, 0.02],
    0: [0.2, 0.5, 0.25, 0.05],
    1: [0.1, 0.05, 0.6, 0.25],
    2: [0.02, 0.03, 0.05, 0.9],
}


def table_step(state, token):
    """One step of a search: the log chances after a token, and the state, which is not used."""
    return torch.tensor(CHANCES[token], dtype=torch.float64).log(), state
