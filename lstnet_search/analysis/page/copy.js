"use strict";
// A button beside each command, and the one of the weights, copies to the clipboard.
function copies(button, text) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
}

for (const command of document.querySelectorAll("pre.command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "copy";
  copies(button, command.textContent);
  command.append(button);
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  copies(button, button.dataset.copy);
  button.hidden = false;
}
