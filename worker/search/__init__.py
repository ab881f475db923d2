"""Ask/tell search over the space of a run; the only place that imports hyperopt."""
