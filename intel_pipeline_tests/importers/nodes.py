"""Profile nodes in the shapes that instaloader has saved over the years, and a writer for its files."""

import json
import lzma
from pathlib import Path
from typing import Any

PICTURE = "https://cdn.example/v/t51/10000001_300_n.jpg"
NODE_4_7: dict[str, Any] = {
    "biography": "Every day but Monday \N{TEACUP WITHOUT HANDLE}",
    "edge_follow": {"count": 80},
    "edge_followed_by": {"count": 1204},
    "external_url": "https://museum.example/",
    "full_name": "Museum of Tea",
    "id": "1000000001",
    "is_business_account": False,
    "business_category_name": None,
    "category_name": "Museum",
    "is_private": False,
    "is_verified": True,
    "profile_pic_url": PICTURE + "?_nc_ht=small",
    "profile_pic_url_hd": PICTURE + "?_nc_ht=large",
    "username": "Museum_of_Tea",
}
NODE_4_14: dict[str, Any] = {
    **NODE_4_7,
    "bio_links": [],
    "pronouns": [],
    "iphone_struct": {"pk": "1000000001", "follower_count": 1, "media_count": 2},
}
# What the profile query answers today, as instaloader completes it with the older keys before it saves it.
NODE_4_16: dict[str, Any] = {
    "pk": "1000000001",
    "id": "1000000001",
    "username": "museum_of_tea",
    "full_name": "Museum of Tea",
    "biography": NODE_4_7["biography"],
    "external_url": "https://museum.example/",
    "is_private": False,
    "is_verified": True,
    "is_business": False,
    "is_business_account": False,
    "category": "Museum",
    "business_category_name": "Museum",
    "follower_count": 1204,
    "edge_followed_by": {"count": 1204},
    "following_count": 80,
    "edge_follow": {"count": 80},
    "media_count": 37,
    "profile_pic_url": PICTURE + "?_nc_ht=small",
    "profile_pic_url_hd": PICTURE,
}
# The same without the older keys, with the number in the place where the logged-out page has it.
NODE_BARE: dict[str, Any] = {
    "pk": 1000000001,
    **{key: NODE_4_16[key] for key in ("username", "full_name", "biography", "external_url")},
    **{key: NODE_4_16[key] for key in ("is_private", "is_verified", "is_business", "category")},
    **{key: NODE_4_16[key] for key in ("follower_count", "following_count", "profile_pic_url")},
    "media_count": None,
    "all_media_count": 37,
}


def save(path: Path, node: object, *, kind: str = "Profile", version: str | None = "4.16") -> Path:
    """Write a file as instaloader does."""
    envelope = {"node_type": kind} if version is None else {"node_type": kind, "version": version}
    return save_json(path, {"node": node, "instaloader": envelope})


def save_json(path: Path, content: object) -> Path:
    """Write any JSON, packed where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xz":
        text = json.dumps(content, separators=(",", ":"))
        path.write_bytes(lzma.compress(text.encode(), check=lzma.CHECK_NONE))
    else:
        path.write_text(json.dumps(content, indent=4, sort_keys=True), encoding="utf-8")
    return path
