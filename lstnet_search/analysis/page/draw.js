"use strict";
// Figures are drawn one by one after the text is there. Printed, they get the width of the paper.
const figures = JSON.parse(document.getElementById("figures").textContent);
const PAPER = {wide: 670, small: 216};

async function drawAll() {
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const [name, figure] of Object.entries(figures)) {
    figure.layout.dragmode = touch ? false : "zoom"; // a finger scrolls the page
    await Plotly.newPlot(name, figure.data, figure.layout, {responsive: true, displayModeBar: false});
    await new Promise((go) => setTimeout(go)); // let the reader scroll
  }
  document.documentElement.dataset.drawn = "all";
}

function fit(printing) {
  for (const name of Object.keys(figures)) {
    const element = document.getElementById(name);
    if (!element.data) continue;
    const width = element.classList.contains("small") ? PAPER.small : PAPER.wide;
    Plotly.relayout(element, printing ? {width} : {width: null, autosize: true});
  }
}

addEventListener("beforeprint", () => fit(true));
addEventListener("afterprint", () => fit(false));
matchMedia("print").addEventListener("change", (query) => fit(query.matches));
drawAll();
