// The filter of the incidents: one line of text says it all, and the lists only write into that line.

const form = document.getElementById("filter");
const line = form && form.querySelector("input");

/** `-name="some value"`, `name=value`, `"some words"` or a word. */
const PIECE = /(-?)([^\s"=]+)=(?:"([^"]*)"?|(\S*))|"([^"]+)"?|(\S+)/g;

/** The pieces of a filter: words, and fields with what they may and may not be. */
const parse = (text) => {
  const query = { words: [], fields: new Map() };
  for (const [whole, minus, name, quoted, bare, phrase, word] of text.matchAll(PIECE)) {
    const key = name === undefined ? undefined : plain(name);
    if (key === undefined || !fields.has(key)) {
      query.words.push((phrase || word || whole).toLowerCase());
      continue;
    }
    if (!query.fields.has(key)) query.fields.set(key, { only: [], not: [] });
    const value = plain(quoted === undefined ? bare : quoted);
    if (value) query.fields.get(key)[minus ? "not" : "only"].push(value);
  }
  return query;
};

/** A value that nothing has is taken for the beginning of one, as it is while somebody types. */
const has = (values, key, wanted) => {
  if (!values) return false;
  if (fields.get(key).values.has(wanted)) return values.has(wanted);
  for (const value of values) if (value.startsWith(wanted)) return true;
  return false;
};

const matches = (incident, query) => {
  for (const [key, { only, not }] of query.fields) {
    const values = incident.fields.get(key);
    if (only.length && !only.some((value) => has(values, key, value))) return false;
    if (not.some((value) => has(values, key, value))) return false;
  }
  return query.words.every((word) => incident.text.includes(word));
};

const piece = (name, value) => {
  const tidy = value.replace(/"/g, "");
  return name.replace(/\s+/g, "_") + "=" + (/\s|^$/.test(tidy) ? '"' + tidy + '"' : tidy);
};

/** The lists show what the line says. */
const showInLists = (query) => {
  for (const select of form.querySelectorAll("select")) {
    const keys = select.dataset.key ? [select.dataset.key] : factorNames();
    const key = keys.map(plain).find((name) => query.fields.has(name));
    const wanted = key === undefined ? undefined : query.fields.get(key).only[0];
    const value = wanted === undefined ? undefined : fields.get(key).values.get(wanted);
    select.value = value === undefined ? "" : fields.get(key).name + "=" + value;
    if (select.selectedIndex < 0) select.value = "";
  }
};

/** Fields that are attributes of hosts. */
const NO_FACTORS = ["host", "cause", "kind", "event", "signature"];
const factorNames = () =>
  Array.from(fields.values(), (field) => field.name).filter((name) => !NO_FACTORS.includes(name)).sort(collator.compare);

/** Shows what fits the line. */
const applyFilter = () => {
  incidents.forEach(read);
  const query = parse(line.value);
  const counts = lists.map((list) => {
    let fitting = 0;
    for (const incident of list.members) {
      incident.fits = matches(incident, query);
      incident.linked = false;
      if (incident.fits) fitting += 1;
    }
    list.most = STEP;
    showRows(list);
    return fitting + " of " + list.members.length + (list.planned ? " planned" : " unplanned");
  });
  form.querySelector("output").textContent = line.value.trim() ? counts.join(", ") : "";
  showInLists(query);
};

const setFilter = (text) => {
  if (line.value === text) return;
  line.value = text;
  applyFilter();
  timeline.redraw();
};

/** The line with another value for a field, or with none. */
const withField = (names, name, value) => {
  const keys = names.map(plain);
  const kept = Array.from(line.value.matchAll(PIECE))
    .filter(([, minus, found]) => minus || found === undefined || !keys.includes(plain(found)))
    .map(([whole]) => whole);
  if (value !== undefined) kept.push(piece(name, value));
  return kept.join(" ");
};

const fillLists = () => {
  const option = (name, value) => {
    const choice = new Option(value, name + "=" + value);
    Object.assign(choice.dataset, { name, value });
    return choice;
  };
  const choices = (name) =>
    Array.from((fields.get(plain(name)) || { values: new Map() }).values.values())
      .sort(collator.compare)
      .map((value) => option(name, value));
  for (const select of form.querySelectorAll("select")) {
    if (select.dataset.key) {
      select.append(...choices(select.dataset.key));
      continue;
    }
    for (const name of factorNames()) {
      const group = document.createElement("optgroup");
      group.label = name;
      group.append(...choices(name));
      select.append(group);
    }
    select.parentElement.hidden = select.options.length < 2;
  }
  showInLists(parse(line.value));
};

if (form) {
  form.hidden = false;
  // The table comes first, while somebody types; the picture and the address follow in a pause.
  let pause = 0;
  const changed = () => {
    applyFilter();
    clearTimeout(pause);
    pause = setTimeout(() => {
      timeline.redraw();
      writeAddress();
    }, 150);
  };
  line.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed, 0));
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("select")) return;
    const [choice] = target.selectedOptions;
    const names = target.dataset.key ? [target.dataset.key] : factorNames();
    line.value = withField(names, choice.dataset.name, choice.dataset.value);
    changed();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-key]");
    if (!link) return;
    event.preventDefault();
    setFilter(piece(link.dataset.key, link.dataset.value));
    writeAddress();
    document.getElementById("incidents").scrollIntoView();
    line.focus({ preventScroll: true });
  });
}
