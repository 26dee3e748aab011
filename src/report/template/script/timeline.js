// The timeline with a part of the time. The picture says where everything is in time; marks are drawn anew from the
// table, because those that the picture joins come apart when there is room.

const timeline = (() => {
  const idle = { redraw: () => {}, range: () => null, show: () => {} };
  const section = document.getElementById("timeline");
  const plot = section && section.querySelector(".plot");
  if (!plot) return idle;

  const SVG = "http://www.w3.org/2000/svg";
  const SHORTEST_S = 600;
  /** Marks nearer than this share a place; with a count they need more room. Pixels of the picture. */
  const [TOUCHING, COUNT] = [9, 30];
  const picture = plot.closest("svg");
  const chart = picture.closest(".chart");
  const tools = section.querySelector(".zoom");
  const scale = Object.fromEntries(Object.entries(plot.dataset).map(([name, value]) => [name, Number(value)]));
  const width = scale.right - scale.left;
  const whole = [scale.from, Math.max(scale.to, scale.from + 1)];
  let [from, to] = whole;

  const make = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const isWhole = () => from === whole[0] && to === whole[1];
  const x = (at) => scale.left + (at - from) / (to - from) * width;
  const wholeX = (at) => scale.left + Math.round((at - whole[0]) / (whole[1] - whole[0]) * width);
  const time = (at) => new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");

  const clip = make("clipPath", { id: "timeline-clip" },
    make("rect", { x: scale.left, y: 0, width, height: picture.viewBox.baseVal.height }));
  picture.append(clip);
  const ticks = plot.querySelector(".ticks");
  const marks = plot.querySelector(".marks");
  const [ownTicks, ownMarks] = [make("g", {}), make("g", { "clip-path": "url(#timeline-clip)" })];
  ticks.after(ownTicks);
  marks.after(ownMarks);
  const glyphs = new Map(Array.from(picture.querySelectorAll(".glyph"), (glyph) => [glyph.dataset.name, glyph]));
  const lanes = new Map(Array.from(picture.querySelectorAll(".lane"), (lane) => [lane.dataset.host, Number(lane.dataset.y)]));
  const spans = Array.from(plot.querySelectorAll(".span"), (group) => {
    const shape = group.querySelector("rect");
    const [x0, width0] = shape ? [shape.getAttribute("x"), Number(shape.getAttribute("width"))] : [];
    return { group, shape, x0, width0, from: Number(group.dataset.from), to: Number(group.dataset.to) };
  });
  const instants = Array.from(plot.querySelectorAll(".instant"), (group) => ({ group, at: Number(group.dataset.at) }));

  const placeSpans = () => {
    for (const { group, shape, x0, width0, from: start, to: end } of spans) {
      if (!shape) continue;
      if (isWhole()) {
        group.style.display = "";
        shape.setAttribute("x", x0);
        shape.setAttribute("width", width0);
        continue;
      }
      const left = Math.max(x(start), scale.left);
      const right = Math.min(x(end), scale.right);
      group.style.display = right > left ? "" : "none";
      shape.setAttribute("x", left);
      shape.setAttribute("width", Math.max(right - left, 0));
    }
  };

  const placeInstants = () => {
    for (const { group, at } of instants) {
      group.style.display = at >= from && at <= to ? "" : "none";
      group.setAttribute("transform", isWhole() ? "" : "translate(" + (x(at) - wholeX(at)) + ")");
    }
  };

  /** Round times within the range, with labels. */
  const roundTimes = () => {
    const [HOUR, DAY] = [3600, 86400];
    const date = { day: "numeric", month: "short", timeZone: "UTC" };
    const words = (at, options) => new Intl.DateTimeFormat("en-GB", options).format(new Date(at * 1000));
    if (to - from > 100 * DAY) {
      const step = [1, 2, 3, 6, 12, 24, 60].find((months) => (to - from) / (30.4 * DAY * months) <= 13) || 120;
      const first = new Date(from * 1000);
      const times = [];
      for (let month = 0; times.length < 14; month += step) {
        const at = Date.UTC(first.getUTCFullYear(), month, 1) / 1000;
        if (at > to) break;
        if (at >= from) times.push([at, words(at, { month: "short", year: "numeric", timeZone: "UTC" })]);
      }
      return times;
    }
    const steps = [60, 300, 900, 1800, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
    const step = steps.find((seconds) => (to - from) / seconds <= 8) || 14 * DAY;
    const clock = step < DAY ? { hour: "2-digit", minute: "2-digit" } : {};
    const times = [];
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) times.push([at, words(at, { ...date, ...clock })]);
    return times;
  };

  const drawTicks = () => {
    ticks.style.display = isWhole() ? "" : "none";
    ownTicks.replaceChildren();
    if (isWhole()) return;
    const example = ticks.querySelector("text");
    const rule = ticks.querySelector("line");
    if (!example || !rule) return;
    for (const [at, label] of roundTimes()) {
      const [mark, text] = [rule.cloneNode(), example.cloneNode()];
      for (const name of ["x1", "x2"]) mark.setAttribute(name, x(at));
      text.setAttribute("x", x(at));
      text.textContent = label;
      ownTicks.append(mark, text);
    }
  };

  const drawMark = (y, together) => {
    const [first] = together;
    const counts = new Map();
    for (const incident of together) counts.set(incident.cause, (counts.get(incident.cause) || 0) + 1);
    const most = Array.from(counts).sort((a, b) => b[1] - a[1])[0][0];
    const glyph = glyphs.get(first.planned ? "planned" : most);
    if (!glyph) return;
    let tip = first.host + ": " + (first.planned ? "planned" : first.cause) + ", " + time(first.at) + " UTC";
    if (together.length > 1) tip += " and " + (together.length - 1) + " more";
    const title = make("title", {});
    title.textContent = tip;
    const at = x(first.at);
    const shape = make("g", { transform: "translate(" + (at - glyph.dataset.x) + "," + (y - glyph.dataset.y) + ")" });
    shape.append(...Array.from(glyph.children, (child) => child.cloneNode()));
    const link = make("a", { href: "#" + first.row.id, "aria-label": tip }, title, shape);
    if (together.length > 1 && !first.planned) {
      const count = make("text", { x: at + 7, y: y + 4, "font-size": 10, class: "count" });
      count.textContent = "×" + together.length;
      link.append(count);
    }
    ownMarks.append(link);
  };

  const drawMarks = () => {
    const all = isWhole() && incidents.every((incident) => incident.fits);
    marks.style.display = all ? "" : "none";
    ownMarks.replaceChildren();
    if (all) return;
    for (const planned of [true, false]) {
      const byHost = new Map();
      for (const incident of incidents) {
        const isShown = incident.planned === planned && incident.fits && lanes.has(incident.host);
        if (!isShown || incident.at < from || incident.at > to) continue;
        if (!byHost.has(incident.host)) byHost.set(incident.host, []);
        byHost.get(incident.host).push(incident);
      }
      for (const [host, members] of byHost) {
        members.sort((a, b) => a.at - b.at);
        for (let start = 0; start < members.length;) {
          const within = (pixels) => {
            let end = start + 1;
            while (end < members.length && x(members[end].at) - x(members[start].at) < pixels) end += 1;
            return end;
          };
          const touching = within(TOUCHING);
          const end = touching === start + 1 || planned ? touching : within(COUNT);
          drawMark(lanes.get(host), members.slice(start, end));
          start = end;
        }
      }
    }
  };

  const day = (at) => new Date(at * 1000).toISOString().slice(0, 10);
  const redraw = () => {
    placeSpans();
    placeInstants();
    drawTicks();
    drawMarks();
    tools.querySelector("output").textContent = isWhole() ? "" : time(from) + " to " + time(to) + " UTC";
    tools.querySelector("[data-end=from]").value = day(from);
    tools.querySelector("[data-end=to]").value = day(to);
    for (const button of tools.querySelectorAll("button")) {
      const way = button.dataset.zoom;
      button.disabled = way === "in" ? to - from <= SHORTEST_S : way === "later" ? to >= whole[1]
        : way === "earlier" ? from <= whole[0] : isWhole();
    }
  };

  /** Shows a range, as far as there are data; a range that is none shows all. */
  const show = (start, end) => {
    const isRange = end - start > 0 && end > whole[0] && start < whole[1];
    [from, to] = isRange ? [Math.max(start, whole[0]), Math.min(end, whole[1])] : whole;
    const missing = Math.min(SHORTEST_S, whole[1] - whole[0]) - (to - from);
    if (missing > 0) {
      [from, to] = [from - missing / 2, to + missing / 2];
      const beyond = Math.max(whole[0] - from, 0) || Math.min(whole[1] - to, 0);
      [from, to] = [from + beyond, to + beyond];
    }
    redraw();
  };

  const move = (way) => {
    const [middle, length] = [(from + to) / 2, to - from];
    const [back, on] = [Math.min(length / 2, from - whole[0]), Math.min(length / 2, whole[1] - to)];
    const moves = {
      in: () => show(middle - length / 4, middle + length / 4),
      out: () => show(middle - length, middle + length),
      earlier: () => show(from - back, to - back),
      later: () => show(from + on, to + on),
      all: () => show(...whole),
    };
    moves[way]();
    writeAddress();
  };

  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) move(button.dataset.zoom);
  });
  tools.addEventListener("change", () => {
    const [start, end] = ["from", "to"].map((name) => Date.parse(tools.querySelector("[data-end=" + name + "]").value) / 1000);
    if (Number.isFinite(start) && Number.isFinite(end)) show(start, end + 86400);
    writeAddress();
  });
  chart.addEventListener("keydown", (event) => {
    const ways = { "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "earlier", ArrowRight: "later" };
    const way = ways[event.key];
    const scrolls = isWhole() && event.key.startsWith("Arrow");
    if (!way || scrolls || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move(way);
  });

  /** Seconds at a place of the mouse; `null` beside the lanes. */
  const at = (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    if (place.y < scale.top - 20 || place.y > scale.bottom + 20) return null;
    return from + Math.min(Math.max((place.x - scale.left) / width, 0), 1) * (to - from);
  };
  let drawn = null;
  const veil = make("rect", { class: "veil", y: scale.top, height: scale.bottom - scale.top });
  picture.addEventListener("pointerdown", (event) => {
    const start = event.pointerType === "mouse" && event.button === 0 && !event.target.closest("a") ? at(event) : null;
    if (start === null) return;
    drawn = { start, end: start };
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => {
    const here = drawn && at(event);
    if (!drawn || here === null) return;
    drawn.end = here;
    const [left, right] = [drawn.start, drawn.end].map(x).sort((a, b) => a - b);
    veil.setAttribute("x", left);
    veil.setAttribute("width", right - left);
    picture.append(veil);
  });
  const finish = (event) => {
    if (!drawn) return;
    const [start, end] = [drawn.start, drawn.end].sort((a, b) => a - b);
    drawn = null;
    veil.remove();
    if (event.type === "pointerup" && x(end) - x(start) > 4) {
      show(start, end);
      writeAddress();
    }
  };
  picture.addEventListener("pointerup", finish);
  picture.addEventListener("pointercancel", finish);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.around");
    if (!link) return;
    const middle = Number(link.closest("tr").dataset.at);
    show(middle - 86400, middle + 86400);
  });

  tools.hidden = false;
  redraw();
  return { redraw, range: () => (isWhole() ? null : [from, to].map(Math.round)), show };
})();
