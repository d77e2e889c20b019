"""Landing whatever surface."""

from collections.abc import Sequence

from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.followees import land_followees
from intel_pipeline.warehouse.landing.followers import land_followers
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.posts import land_posts
from intel_pipeline.warehouse.landing.profiles import land_profiles
from intel_pipeline.warehouse.landing.quarantine import land_quarantine
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.writer import Transaction

# Profiles first: posts are held against the number of followers that they tell.
SURFACES = ("profile", "followers", "followees", "posts")


def land(transaction: Transaction, lake: Lake, surface: str, captures: Sequence[Captured]) -> Landed:
    """Land captures of a surface, and what they set aside; return what they came to."""
    landed = land_sound(transaction, lake, surface, captures)
    landed.unreadable += land_quarantine(transaction, lake.folder, captures)
    return landed


def land_sound(transaction: Transaction, lake: Lake, surface: str, captures: Sequence[Captured]) -> Landed:
    """Land what captures of a surface brought, but for what they set aside."""
    match surface:
        case "profile":
            return land_profiles(transaction, lake.folder, captures, lake.registry)
        case "followers":
            return land_followers(transaction, lake, captures)
        case "followees":
            return land_followees(transaction, lake.folder, captures)
        case "posts":
            return land_posts(transaction, lake.folder, captures, lake.registry)
    message = f"'{surface}' is no surface"
    raise ValueError(message)
