"use strict";
for (const table of document.querySelectorAll("table[data-filter]")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  if (rows.length < 2) continue;
  const label = document.createElement("label");
  label.className = "filter";
  label.append("Show only rows with ");
  const input = document.createElement("input");
  input.type = "search";
  const shown = document.createElement("output");
  label.append(input, " ", shown);
  table.parentElement.before(label);
  let texts = null;
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      texts = texts || rows.map((row) => row.textContent.toLowerCase());
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let number = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        if (!row.hidden) number += 1;
      });
      shown.textContent = words.length ? number + " of " + rows.length : "";
    }, 120);
  });
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const key = (row) => row.cells[column].dataset.sort || row.cells[column].textContent;
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = new Intl.Collator("en", { numeric: true }).compare;
      const keyed = rows.map((row) => [key(row), row]);
      keyed.sort((a, b) => (down ? order(b[0], a[0]) : order(a[0], b[0])));
      body.append(...keyed.map((pair) => pair[1]));
    });
  });
}
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  if (target.matches("tr")) target.querySelectorAll("details").forEach((box) => { box.open = true; });
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => document.querySelectorAll(".card details").forEach((box) => { box.open = true; }));
reveal();
