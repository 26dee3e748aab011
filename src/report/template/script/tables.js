// Tables whose columns sort, and a text field for those that ask for one.

const collator = new Intl.Collator("en", { numeric: true });

/** Makes the heads of a table buttons. The answer sorts by a column; `place` gets all rows in their new order. */
const sortable = (table, rows, place) => {
  const heads = Array.from(table.tHead.rows[0].cells);
  const key = (row, column) => row.cells[column].dataset.sort || row.cells[column].textContent;
  const sort = (column, down) => {
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows().map((row) => [key(row, column), row]);
    keyed.sort((a, b) => (down ? collator.compare(b[0], a[0]) : collator.compare(a[0], b[0])));
    place(keyed.map((pair) => pair[1]));
  };
  heads.forEach((head, column) => {
    if (head.classList.contains("more")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending"));
  });
  return sort;
};

for (const table of document.querySelectorAll("table[data-filter]")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  if (rows.length < 2) continue;
  sortable(table, () => rows, (sorted) => { for (const row of sorted) body.append(row); });
  const label = document.createElement("label");
  label.className = "tools";
  const input = document.createElement("input");
  input.type = "search";
  const shown = document.createElement("output");
  label.append("Show only rows with ", input, shown);
  table.parentElement.before(label);
  let texts = null;
  input.addEventListener("input", () => {
    texts = texts || rows.map((row) => row.textContent.toLowerCase());
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      if (!row.hidden) number += 1;
    });
    shown.textContent = words.length ? number + " of " + rows.length : "";
  });
}
