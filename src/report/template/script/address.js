// The address of the page: `#i-…` leads to an incident; `#filter=…&sort=…&from=…&to=…` is a view that can be shared.

const VIEW = /^#(filter|sort|from|to)=/;
const columns = ["time", "host", "cause", "down", "why"];
const sorts = lists.map((list) => {
  const rows = () => list.members.map((incident) => incident.row);
  const place = (sorted) => {
    list.members = sorted.map((row) => byRow.get(row));
    showRows(list);
    writeAddress();
  };
  return sortable(list.table, rows, place);
});
const table = lists.length ? lists[0].table : null;

const sorted = () => {
  const head = table && table.tHead.querySelector("[aria-sort]");
  const name = head ? columns[head.cellIndex] : "time";
  return (head && head.getAttribute("aria-sort") === "ascending" ? "" : "-") + name;
};

const viewOf = (hash) => (VIEW.test(hash) ? new URLSearchParams(hash.slice(1)) : new URLSearchParams());

let writing = 0;
const writeAddress = () => {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const view = new URLSearchParams();
    if (line && line.value.trim()) view.set("filter", line.value.trim());
    if (sorted() !== "-time") view.set("sort", sorted());
    const range = timeline.range();
    if (range) range.forEach((at, end) => view.set(end ? "to" : "from", new Date(at * 1000).toISOString().slice(0, 19) + "Z"));
    const hash = view.toString() ? "#" + view : VIEW.test(location.hash) ? "#incidents" : location.hash;
    if (hash === location.hash) return;
    try {
      history.replaceState(null, "", hash);
    } catch {
      // Some viewers of attachments do not let a page name itself: the view just is not in the address.
    }
  }, 200);
};

const readView = () => {
  const view = viewOf(location.hash);
  if (form) setFilter(view.get("filter") || "");
  const wanted = view.get("sort");
  const column = wanted ? columns.indexOf(wanted.replace("-", "")) : -1;
  if (column >= 0 && table) sorts[0](column, wanted.startsWith("-"));
  timeline.show(...["from", "to"].map((end) => Date.parse(view.get(end)) / 1000));
  if (view.has("filter") || view.has("sort")) document.getElementById("incidents").scrollIntoView();
  else document.getElementById("timeline").scrollIntoView();
};

/** Opens what an address inside the page leads to, and removes the filter if it hides that. */
const reveal = () => {
  if (VIEW.test(location.hash)) return readView();
  const id = location.hash.slice(1);
  const incident = byId.get(id);
  if (incident && !incident.row.isConnected) {
    if (!incident.fits) setFilter("");
    incident.linked = true;
    lists.forEach(showRows);
  }
  const target = id && document.getElementById(id);
  if (!target) return undefined;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  for (const { row } of incidents) row.classList.remove("linked");
  if (incident) {
    target.classList.add("linked");
    target.querySelector("details").open = true;
  }
  const show = () => {
    target.scrollIntoView();
    const handle = incident && target.querySelector("summary");
    if (handle) handle.focus({ preventScroll: true });
  };
  show();
  // Rows that were never drawn have a height that is only estimated.
  return requestAnimationFrame(() => requestAnimationFrame(show));
};

addEventListener("hashchange", reveal);
readAhead(0, () => form && fillLists());
reveal();
