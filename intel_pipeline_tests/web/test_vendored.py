"""What is not ours and is shipped as it came."""

from hashlib import sha256
from importlib.resources import files

import intel_pipeline.plots
import intel_pipeline.web

# dist/echarts.min.js of the npm package echarts 6.1.0.
ECHARTS = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
# DejaVuSans.ttf 2.35 as matplotlib 3.11 brings it, by fontTools' pyftsubset: U+20-7E, U+A0-FF, U+2013, U+2014, U+2212 and
# U+202F, kerning, no hinting.
DEJAVU = "dff9b8cc85d466dc19cb572e2ba7fec8ced949eb818dc2a458ea6fe1ce60b440"


def test_the_charts_library_is_the_one_that_was_taken_in_with_its_licence_and_notice():
    static = files(intel_pipeline.web) / "static"
    assert sha256((static / "echarts.min.js").read_bytes()).hexdigest() == ECHARTS
    assert "Apache License" in (static / "echarts.LICENSE").read_text(encoding="utf-8")
    assert "Apache ECharts" in (static / "echarts.NOTICE").read_text(encoding="utf-8")


def test_pictures_are_written_with_the_font_that_was_taken_in_with_its_licence():
    fonts = files(intel_pipeline.plots) / "fonts"
    assert sha256((fonts / "DejaVuSans.ttf").read_bytes()).hexdigest() == DEJAVU
    assert "DejaVu changes are in public domain" in (fonts / "DejaVuSans.LICENSE").read_text(encoding="utf-8")
