"""Ways of reading a surface, one module each: how to ask, and how to read what was answered.

Instagram replaced five of its endpoints in nine months of 2026, so each way is small and replaceable. A page in the
journal names the way that asked for it, and only that one interprets it.
"""
