// Draws what the server has put beside each chart: an option of ECharts, in which colours are ours.
/* global echarts */
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();

function themed(option) {
  const text = colour("text"), soft = colour("soft"), line = colour("line");
  // "$good" in an option is the style sheet's --good: the same chart in light and dark.
  const filled = JSON.parse(JSON.stringify(option), (key, value) =>
    typeof value === "string" && value.startsWith("$") ? colour(value.slice(1)) : value);
  const days = { year: "{yyyy}", month: "{MMM}", day: "{d} {MMM}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" };
  const axis = (one) => ({
    axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: line } },
    ...one,
    axisLabel: { color: soft, hideOverlap: true, ...(one.type === "time" && { formatter: days }), ...one.axisLabel }, nameTextStyle: { color: soft, ...one.nameTextStyle },
  });
  const axes = (given) => given === undefined ? undefined : Array.isArray(given) ? given.map(axis) : axis(given);
  return {
    color: [1, 2, 3, 4, 5, 6].map((number) => colour(`series-${number}`)),
    aria: { enabled: true, decal: { show: false } },
    animation: false,
    backgroundColor: "transparent",
    grid: { left: 8, right: 16, top: filled.legend ? 36 : 16, bottom: 8, containLabel: true },
    ...filled,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text, ...filled.textStyle },
    legend: filled.legend && { top: 0, left: 0, type: "scroll", ...filled.legend, textStyle: { color: text } },
    // HTML tooltips write styles that the policy of the page refuses.
    tooltip: {
      ...filled.tooltip, renderMode: "richText", confine: true,
      backgroundColor: colour("card"), borderColor: line, textStyle: { color: text, fontSize: 13 },
    },
    xAxis: axes(filled.xAxis), yAxis: axes(filled.yAxis),
  };
}

function draw() {
  for (const canvas of document.querySelectorAll("[data-chart]")) {
    const option = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const chart = echarts.getInstanceByDom(canvas) ?? echarts.init(canvas, null, { renderer: "svg" });
    chart.setOption(themed(option), true);
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }
}
draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
