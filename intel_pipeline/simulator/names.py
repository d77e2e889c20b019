"""Words that simulated people are called by. No combination is meant to be anybody."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

GIVEN = (
    "ada", "aiko", "alba", "amara", "anouk", "arlo", "asha", "bela", "bruno", "calla", "cato", "chidi", "cleo", "dara",
    "davi", "dilan", "edda", "elio", "enzo", "esme", "fabio", "farah", "fenna", "gala", "goran", "hana", "hugo", "ida",
    "ines", "ivo", "jana", "joao", "juno", "kaan", "kaya", "kiran", "lale", "lars", "lena", "levi", "lina", "luca",
    "maja", "malik", "mara", "mateo", "mila", "nadia", "nils", "noor", "odin", "olga", "pavel", "pia", "rafi", "rosa",
    "runa", "sami", "selma", "sora", "tala", "teo", "tilda", "uma", "vera", "viggo", "wanda", "yara", "yusuf", "zoe",
)  # fmt: skip
THINGS = (
    "acorn", "anchor", "atlas", "bakes", "basil", "beacon", "birch", "brush", "canvas", "cedar", "clay", "cloud",
    "cobalt", "comet", "copper", "coral", "crafts", "cycle", "daily", "delta", "draws", "dune", "echo", "ember",
    "fable", "fern", "field", "fjord", "flora", "garden", "ginger", "glass", "grove", "harbor", "hazel", "hikes",
    "island", "ivory", "juniper", "kiln", "kite", "lark", "linen", "lumen", "maple", "meadow", "mint", "moss",
    "notes", "oak", "olive", "orbit", "paper", "pebble", "photo", "pine", "plum", "prism", "quill", "reads", "reef",
    "river", "runs", "saffron", "sails", "shore", "sketch", "slate", "spruce", "stone", "swims", "thyme", "trails",
    "travels", "tulip", "velvet", "walks", "willow", "wool", "writes",
)  # fmt: skip
OTHER_SCRIPTS = ("さくら", "はると", "지우", "林小雨", "ليلى", "נועה", "Юлия", "Илья", "อรุณ", "Þóra", "Žofie", "Zoë")
ORNAMENTS = ("🌿", "✨", "📷", "🏔️", "👩🏽‍🎨", "☕", "🚲", "🇵🇹", "🌊", "🧵")
HASHTAGS = ("morning", "studio", "handmade", "smallbusiness", "slowliving", "throwback", "behindthescenes", "weekend")
SENTENCES = (
    "A quiet start to the week.",
    "New things on the shelf today.",
    "Weather report: golden.",
    "Three tries, one keeper.",
    "Thank you for all the kind words!",
    "Somewhere between two rains.",
    "We counted them twice.",
    "Guess where this was taken?",
    "Details matter.",
    "Back at it.",
)
USERNAME_SHAPES = (
    "{given}.{thing}",
    "{given}_{thing}",
    "the.{thing}.{given}",
    "{thing}{given}",
    "{given}{thing}_",
    "{given}{thing}{number}",
    "{given}.{thing}{number}",
    "{given}_{number}",
    "{thing}.{number}",
)
FULL_NAME_SHAPES = (
    ("",) * 2 + ("{script}",) * 2 + ("{given} {thing} {ornament}",) * 3 + ("{given} {thing}",) * 13 + ("{given}",) * 5
)
CAPTION_SHAPES = (
    ("{sentence}",) * 2
    + ("{sentence} {ornament} #{hashtag}",) * 4
    + ("{sentence}\n\n#{hashtag} #{thing}",) * 5
    + ("{sentence} With @{author}. #{hashtag}",) * 2
    + (None,)
)
PLACES = ("Old Harbour", "North Pier", "Market Hall", "Lake House", "Botanical Garden", "Central Station")


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """Return one of `choices`; several times as fast as `rng.choice`."""
    return choices[int(rng.random() * len(choices))]


def username(rng: random.Random) -> str:
    """Return a username of Instagram's alphabet, at most 24 characters; it may be taken."""
    shape = pick(rng, USERNAME_SHAPES)
    return shape.format(given=pick(rng, GIVEN), thing=pick(rng, THINGS), number=int(rng.random() * 10_000))


def full_name(rng: random.Random) -> str:
    """Return a display name: mostly plain, some empty, some ornamented, some of other scripts."""
    shape = pick(rng, FULL_NAME_SHAPES)
    return shape.format(
        given=pick(rng, GIVEN).title(),
        thing=pick(rng, THINGS).title(),
        ornament=pick(rng, ORNAMENTS),
        script=pick(rng, OTHER_SCRIPTS),
    )


def caption(rng: random.Random, author: str) -> str | None:
    """Return the text of a post by `author` with hashtags and mentions, or None: posts may have no caption."""
    shape = pick(rng, CAPTION_SHAPES)
    if shape is None:
        return None
    return shape.format(
        sentence=pick(rng, SENTENCES),
        ornament=pick(rng, ORNAMENTS),
        hashtag=pick(rng, HASHTAGS),
        thing=pick(rng, THINGS),
        author=author,
    )
