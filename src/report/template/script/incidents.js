// What the page tells of each incident. The table is the one place where it stands; here it is read once.

const incidents = [];

/** The tables of incidents: the unplanned and the planned, each with its incidents in the order of its rows. */
const lists = Array.from(document.querySelectorAll("table.incidents"), (table) => {
  const planned = table.closest(".planned") !== null;
  const members = Array.from(table.tBodies[0].rows, (row) => ({
    row,
    planned,
    at: Number(row.dataset.at),
    host: row.cells[1].textContent,
    cause: row.cells[2].firstElementChild.textContent,
    fits: true,
    linked: false,
    fields: null,
    text: null,
  }));
  for (const member of members) incidents.push(member);
  return { table, planned, members, most: 0, rest: null };
});
const byRow = new Map(incidents.map((incident) => [incident.row, incident]));
const byId = new Map(incidents.map((incident) => [incident.row.id, incident]));

/** How names and values are compared: `power_loss` is `Power loss`. */
const plain = (text) => text.toLowerCase().replace(/[_"\s]+/g, " ").trim();

/** Name of a field, as compared → { name: as written, values: as compared → as written }. */
const fields = new Map();

const note = (incident, nameAsWritten, value) => {
  const name = nameAsWritten.trim();
  const [key, compared] = [plain(name), plain(value)];
  if (!fields.has(key)) fields.set(key, { name, values: new Map() });
  fields.get(key).values.set(compared, value);
  if (!incident.fields.has(key)) incident.fields.set(key, new Set());
  incident.fields.get(key).add(compared);
};

/** Reads the fields and the text of an incident, unless that is done. */
const read = (incident) => {
  if (incident.fields) return;
  incident.fields = new Map();
  note(incident, "host", incident.host);
  note(incident, "cause", incident.cause);
  note(incident, "kind", incident.row.cells[2].lastElementChild.textContent.split(",")[0]);
  // A step at a time: a search by selector inside each of thousands of rows takes seconds.
  const facts = incident.row.lastElementChild.firstElementChild.children[1];
  for (const fact of facts.children) {
    const value = fact.lastElementChild;
    if (value && value.tagName === "B") note(incident, value.previousSibling.data, value.textContent);
  }
  incident.text = incident.row.textContent.toLowerCase();
};

/** Reads all, for a few milliseconds at a time, so that the page stays usable meanwhile. */
const readAhead = (from, done) => {
  const end = performance.now() + 8;
  let place = from;
  for (; place < incidents.length && performance.now() < end; place += 1) read(incidents[place]);
  if (place < incidents.length) setTimeout(readAhead, 0, place, done);
  else done();
};

/** Rows shown at once: more are no help to a reader, and a wait. */
const STEP = 50;

/** Puts the first of the rows that fit into the table, and says how many more there are. Thousands of rows that are
    there but hidden would still cost time with every change. */
const showRows = (list) => {
  const fitting = list.members.filter((incident) => incident.fits);
  const shown = list.members.filter((incident) => incident.linked);
  const first = fitting.slice(0, list.most);
  for (const incident of shown) if (!first.includes(incident)) first.push(incident);
  // One by one: as arguments of one call, a hundred thousand rows are too many.
  const rows = document.createDocumentFragment();
  for (const incident of first) rows.append(incident.row);
  list.table.tBodies[0].replaceChildren(rows);
  list.rest.hidden = fitting.length <= list.most;
  list.rest.firstElementChild.textContent = Math.min(list.most, fitting.length) + " of " + fitting.length + " are shown.";
};

for (const list of lists) {
  list.most = STEP;
  list.rest = document.createElement("p");
  list.rest.className = "rest tools";
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => {
      list.most = act();
      showRows(list);
    });
    return made;
  };
  const words = document.createElement("span");
  list.rest.append(words, button("Show " + STEP + " more", () => list.most + STEP), button("Show all", () => Infinity));
  list.table.after(list.rest);
  showRows(list);
  let most = STEP;
  addEventListener("beforeprint", () => {
    most = list.most;
    list.most = Infinity;
    showRows(list);
  });
  addEventListener("afterprint", () => {
    list.most = most;
    showRows(list);
  });
}
