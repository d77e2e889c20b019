"""Pictures of what was captured, as SVG: pure functions of plain sequences."""
