"use strict";
// Figures are drawn one by one once the text is shown, in the colours of the reader's scheme. For printing, they take
// light colours and the width of the paper.
const figures = JSON.parse(document.getElementById("figures").textContent);
const dark = JSON.parse(document.getElementById("dark").textContent);
const scheme = matchMedia("screen and (prefers-color-scheme: dark)");
const touch = matchMedia("(pointer: coarse)").matches;
const WIDTHS = {wide: 670, small: 216};

function save(format) {
  return (element) => Plotly.downloadImage(element, {format, filename: element.id, scale: 2});
}

const BUTTONS = [[
  {name: "png", title: "Save as PNG", icon: Plotly.Icons.camera, click: save("png")},
  {name: "svg", title: "Save as SVG", icon: Plotly.Icons.disk, click: save("svg")},
  "resetScale2d",
]];
const CONFIG = {responsive: true, displaylogo: false, modeBarButtons: BUTTONS};
if (touch) CONFIG.displayModeBar = false;

function coloured(value, colours) {
  if (typeof value === "string") return colours[value] ?? value;
  if (Array.isArray(value)) return value.map((each) => coloured(each, colours));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each, colours)]));
}

function draw(name, printing) {
  const element = document.getElementById(name);
  const {data, layout} = coloured(figures[name], scheme.matches && !printing ? dark : {});
  layout.dragmode = touch ? false : "zoom"; // a finger scrolls the page
  if (printing) layout.width = element.classList.contains("small") ? WIDTHS.small : WIDTHS.wide;
  return Plotly.react(element, data, layout, CONFIG);
}

function redrawAll(printing) {
  document.documentElement.classList.toggle("printing", printing);
  for (const name of Object.keys(figures)) {
    if (document.getElementById(name).data) draw(name, printing);
  }
}

async function drawAll() {
  for (const name of Object.keys(figures)) {
    await draw(name, false);
    await new Promise((go) => setTimeout(go)); // let the reader scroll
  }
  document.documentElement.dataset.drawn = "all";
}

addEventListener("beforeprint", () => redrawAll(true));
addEventListener("afterprint", () => redrawAll(false));
matchMedia("print").addEventListener("change", (query) => redrawAll(query.matches));
scheme.addEventListener("change", () => { if (!matchMedia("print").matches) redrawAll(false); });
drawAll();
