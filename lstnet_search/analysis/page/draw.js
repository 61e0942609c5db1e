"use strict";
// Figures are drawn one by one once the text is shown. For printing, they take the width of the paper.
const figures = JSON.parse(document.getElementById("figures").textContent);
const PAPER = {wide: 670, small: 216};

function save(format) {
  return (element) => Plotly.downloadImage(element, {format, filename: element.id, scale: 2});
}

const BUTTONS = [[
  {name: "png", title: "Save as PNG", icon: Plotly.Icons.camera, click: save("png")},
  {name: "svg", title: "Save as SVG", icon: Plotly.Icons.disk, click: save("svg")},
  "resetScale2d",
]];

async function drawAll() {
  const touch = matchMedia("(pointer: coarse)").matches;
  const config = {responsive: true, displaylogo: false, modeBarButtons: BUTTONS};
  if (touch) config.displayModeBar = false;
  for (const [name, figure] of Object.entries(figures)) {
    figure.layout.dragmode = touch ? false : "zoom"; // a finger scrolls the page
    await Plotly.newPlot(name, figure.data, figure.layout, config);
    await new Promise((go) => setTimeout(go)); // let the reader scroll
  }
  document.documentElement.dataset.drawn = "all";
}

function resizeAll(printing) {
  for (const name of Object.keys(figures)) {
    const element = document.getElementById(name);
    if (!element.data) continue;
    const width = element.classList.contains("small") ? PAPER.small : PAPER.wide;
    Plotly.relayout(element, printing ? {width} : {width: null, autosize: true});
  }
}

addEventListener("beforeprint", () => resizeAll(true));
addEventListener("afterprint", () => resizeAll(false));
matchMedia("print").addEventListener("change", (query) => resizeAll(query.matches));
drawAll();
