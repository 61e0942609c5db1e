"""Terms in words, explained where a page uses them."""

TERMS = {
    "rung": "a step at which trials are compared: the best third goes on, the others are stopped.",
    "configuration": "one setting of the weights; its trainings differ in their seed alone.",
    "seed": "the number that fixes all chance in a training. With another seed, the same weights reach another score.",
    "repeat": "a trial with the weights of an earlier one and another seed.",
}
_WEIGHTS = {
    "w1": ("{a}-like", "translated {b} must look like {a} (J_AN1, adversarial)"),
    "w2": ("{b}-like", "translated {a} must look like {b} (J_AN2, adversarial)"),
    "w3": ("{a} rebuilt", "{a} must come back from its latent (J_CC1)"),
    "w4": ("{b} rebuilt", "{b} must come back from its latent (J_CC2)"),
    "w5": ("{a} round trip", "{a} must come back from its translation (J_CC3)"),
    "w6": ("{b} round trip", "{b} must come back from its translation (J_CC4)"),
    "wl": ("shared latents", "latents of {a} and {b} must look alike (J_ANl, adversarial)"),
    "gan1": ("{a}-like", "translated {b} must look like {a}"),
    "gan2": ("{b}-like", "translated {a} must look like {b}"),
    "kl": ("latent prior", "latents must stay near their prior"),
    "reconstruction": ("rebuilt", "images must come back from their latents"),
    "cycle_kl": ("prior, translated", "latents of translations must stay near their prior"),
    "cycle_reconstruction": ("round trip", "images must come back from their translations"),
    "classification": ("labels", "one domain's labels must be learned"),
    "similarity": ("like features", "two images made from the same noise must have like features"),
    "alpha": ("near features", "matched images must have near features"),
    "lam": ("equal labels", "matched images must have equal labels"),
}
"""Name of a weight -> what it rewards, in two words and in a sentence."""


def weight_in_words(name: str, domains: tuple[str, str]) -> tuple[str, str]:
    """What a weight rewards, in two words and in a sentence. `domains` are the names of both."""
    short, meaning = _WEIGHTS.get(name, ("", ""))
    first, second = domains
    return short.format(a=first, b=second), meaning.format(a=first, b=second)
