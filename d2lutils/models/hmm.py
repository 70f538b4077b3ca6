"""Hidden Markov models: how likely a sequence is, and the path of states that explains it best.

A model is three tables of probabilities: ``start`` (states,), where the hidden chain begins;
``move`` (states, states), from the state of the row to that of the column; and ``emit``
(states, symbols), what each state shows. Both algorithms work on logarithms, since a product of
thousands of probabilities is 0 in floating point.
"""

from __future__ import annotations

import torch

__all__ = ["hmm_forward", "viterbi"]


def hmm_forward(
    start: torch.Tensor, move: torch.Tensor, emit: torch.Tensor, observed: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probability of what was observed, summed over all paths of hidden states.

    The forward algorithm, after Rabiner (1989), "A tutorial on hidden Markov models and selected
    applications in speech recognition". Gradients flow through it, so a model can be learned.

    Parameters
    ----------
    start, move, emit
        The model: probabilities, (states,), (states, states) and (states, symbols).
    observed
        The numbers of the symbols, (steps,) or (batch, steps).

    Returns
    -------
    log_prob : torch.Tensor
        In nats: one number, or (batch,).
    log_alpha : torch.Tensor
        The log-probability of all symbols up to a step together with the state there,
        (steps, states) or (batch, steps, states).

    Raises
    ------
    ValueError
        If the shapes do not fit together, a row does not hold probabilities that sum to 1, or a
        symbol is outside ``emit``.

    Examples
    --------
    >>> start, move = torch.tensor([0.5, 0.5]), torch.tensor([[0.9, 0.1], [0.1, 0.9]])
    >>> emit = torch.tensor([[0.8, 0.2], [0.2, 0.8]])
    >>> log_prob, log_alpha = d2l.hmm_forward(start, move, emit, torch.tensor([0, 0, 1]))
    >>> round(log_prob.exp().item(), 4), log_alpha.shape
    (0.0962, torch.Size([3, 2]))
    """
    _check_model(start, move, emit, observed)
    log_move, log_emit = move.log(), emit.T.log()
    log_alpha = [start.log() + log_emit[observed[..., 0]]]
    for t in range(1, observed.shape[-1]):
        moved = torch.logsumexp(log_alpha[-1].unsqueeze(-1) + log_move, dim=-2)
        log_alpha.append(moved + log_emit[observed[..., t]])
    return torch.logsumexp(log_alpha[-1], dim=-1), torch.stack(log_alpha, dim=-2)


def viterbi(
    start: torch.Tensor, move: torch.Tensor, emit: torch.Tensor, observed: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the single most likely path of hidden states, and its log-probability.

    After Viterbi (1967), "Error bounds for convolutional codes and an asymptotically optimum
    decoding algorithm".

    Parameters
    ----------
    start, move, emit, observed
        As for `hmm_forward`.

    Returns
    -------
    path : torch.Tensor
        The numbers of the states, of the shape of ``observed``.
    log_prob : torch.Tensor
        Of the path together with what was observed: one number, or (batch,).

    Raises
    ------
    ValueError
        As `hmm_forward` does.

    Examples
    --------
    >>> start, move = torch.tensor([0.5, 0.5]), torch.tensor([[0.9, 0.1], [0.1, 0.9]])
    >>> emit = torch.tensor([[0.8, 0.2], [0.2, 0.8]])
    >>> d2l.viterbi(start, move, emit, torch.tensor([0, 0, 1, 0, 1, 1, 1]))[0]
    tensor([0, 0, 0, 0, 1, 1, 1])
    """
    _check_model(start, move, emit, observed)
    log_move, log_emit = move.log(), emit.T.log()
    best, came_from = start.log() + log_emit[observed[..., 0]], []
    for t in range(1, observed.shape[-1]):
        best, before = (best.unsqueeze(-1) + log_move).max(dim=-2)
        best = best + log_emit[observed[..., t]]
        came_from.append(before)
    log_prob, state = best.max(dim=-1)
    path = [state]
    for before in reversed(came_from):
        path.append(before.gather(-1, path[-1].unsqueeze(-1)).squeeze(-1))
    return torch.stack(path[::-1], dim=-1), log_prob


def _check_model(start, move, emit, observed) -> None:
    size = len(start)
    for name, table, shape in (
        ("start", start, (size,)), ("move", move, (size, size)), ("emit", emit, (size, None)),
    ):
        if table.ndim != len(shape) or any(b not in (a, None) for a, b in zip(table.shape, shape)):
            allowed = ", ".join("symbols" if n is None else str(n) for n in shape)
            raise ValueError(f"{name} must have the shape ({allowed}), got {tuple(table.shape)}")
        sums = table.detach().sum(-1)
        if not (table >= 0).all() or not torch.allclose(sums, torch.ones_like(sums), atol=1e-4):
            raise ValueError(f"{name} must hold probabilities, each row with the sum 1, "
                             f"got {table.detach()}")
    if observed.ndim not in (1, 2) or observed.shape[-1] < 1 or observed.is_floating_point():
        raise ValueError(f"observed must be whole numbers, (steps,) or (batch, steps), "
                         f"got {observed.dtype}, {tuple(observed.shape)}")
    if not 0 <= observed.min() <= observed.max() < emit.shape[1]:
        raise ValueError(f"observed must be from 0 to {emit.shape[1] - 1}, got "
                         f"{observed.min().item()} to {observed.max().item()}")
