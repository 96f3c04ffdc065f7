// The names of the worker's caches begin so; what else the site has is not ours.

export const PREFIX = "app ";
