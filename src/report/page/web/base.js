// What all parts share: the data, elements, numbers as text, the look of a strategy, and what is selected.

const data = JSON.parse(document.getElementById("data").textContent);

/** Columns as rows. */
function rowsOf(columns) {
  const names = Object.keys(columns);
  const count = names.length ? columns[names[0]].length : 0;
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(names.map((name) => [name, columns[name][i]])),
  );
}
for (const name of ["cells", "pairs", "tied", "rounds", "pressure"]) data[name] = rowsOf(data[name]);
data.cells.forEach((cell, index) => {
  cell.index = index;
});

/** An element. Text stays text: nothing here reads markup. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

/** Says something to screen readers. */
function say(text) {
  document.getElementById("status").textContent = text;
}

// -- numbers as text

const NONE = "–";
const missing = (x) => x == null || Number.isNaN(x);
const percent = (x) => (missing(x) ? NONE : (100 * x).toFixed(1));
function points(x) {
  if (missing(x)) return NONE;
  const size = Math.abs(100 * x).toFixed(1);
  return (size === "0.0" ? "" : x > 0 ? "+" : "−") + size;
}
const whole = (x) => (missing(x) ? NONE : String(Math.round(x)).replace(/\B(?=(\d{3})+$)/g, " "));
function short(x) {
  if (missing(x)) return NONE;
  return Number.isInteger(x) ? whole(x) : String(Number(x.toPrecision(4)));
}
function probability(p) {
  if (missing(p)) return NONE;
  return p < 0.0001 ? "< 0.0001" : p.toFixed(4);
}
/** An interval; null: there is none, since it was one run; undefined: none is asked for. */
function range(interval, text) {
  if (interval === undefined) return NONE;
  return interval ? `${text(interval[0])} to ${text(interval[1])}` : "one run, none";
}

// -- names

const strategyName = (index) => data.strategies[index] ?? "unknown";
const groupName = (index) => {
  const group = data.groups[index];
  return group ? `${group.task}, overseer ${group.overseer}` : "unknown";
};

/**
 * What can be chosen among the points of a sweep. Axes that move together are one dimension, and one that
 * does not move is none.
 */
const dimensions = (() => {
  const distinct = [...new Map(data.cells.map((cell) => [String(cell.point), cell.point])).values()];
  const moves = data.axes
    .map((_, axis) => axis)
    .filter((axis) => new Set(distinct.map((p) => p[axis])).size > 1);
  const together = (a, b) => {
    const joint = new Set(distinct.map((p) => `${p[a]},${p[b]}`)).size;
    return (
      joint === new Set(distinct.map((p) => p[a])).size && joint === new Set(distinct.map((p) => p[b])).size
    );
  };
  const found = [];
  for (const axis of moves) {
    const known = found.find((one) => together(one.axis, axis));
    if (known) known.axes.push(axis);
    else found.push({ axis, axes: [axis] });
  }
  return found.map(({ axis, axes }) => {
    const at = new Map(
      distinct.map((p) => [p[axis], [...new Set(axes.map((a) => data.axes[a].values[p[a]]))].join(" / ")]),
    );
    return {
      axis,
      key: `axis ${axis}`,
      label: axes.map((a) => data.axes[a].path).join(" = "),
      numeric: data.axes[axis].numeric,
      of: (row) => row.point[axis],
      text: (value) => at.get(value) ?? "unknown",
      number: (value) => Number(data.axes[axis].values[value]),
    };
  });
})();

/** Where a row is, as a key: cells, pairs and ties of one group and point meet under it. */
const place = (row) => `${row.group}|${row.point}`;
function byPlace(list) {
  const index = new Map();
  for (const row of list) {
    const key = place(row);
    if (!index.has(key)) index.set(key, []);
    index.get(key).push(row);
  }
  return (row) => index.get(place(row)) ?? [];
}
const cellsAt = byPlace(data.cells);
const pairsAt = byPlace(data.pairs);
const tiesAt = byPlace(data.tied);

/** Rows that name a cell, with where that is; those that name none are left out. */
const placed = (rows) =>
  rows
    .filter((row) => data.cells[row.cell])
    .map((row) => {
      const { group, strategy, point, chance } = data.cells[row.cell];
      return { ...row, group, strategy, point, chance };
    });

/** A group and a point in words. */
function placeName(row) {
  const point = dimensions.map((one) => `${one.label} = ${one.text(one.of(row))}`);
  return [groupName(row.group), ...point].join("; ");
}

// -- the look of a strategy: eight colours and seven shapes, so that 56 strategies differ in their pair

const SHAPES = [
  "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z",
  "M-0.9,-0.9L0.9,-0.9L0.9,0.9L-0.9,0.9Z",
  "M0,-1.15L1.1,0.85L-1.1,0.85Z",
  "M0,-1.25L1.05,0L0,1.25L-1.05,0Z",
  "M-0.4,-1.1L0.4,-1.1L0.4,-0.4L1.1,-0.4L1.1,0.4L0.4,0.4L0.4,1.1L-0.4,1.1L-0.4,0.4L-1.1,0.4L-1.1,-0.4L-0.4,-0.4Z",
  "M0,1.15L1.1,-0.85L-1.1,-0.85Z",
  "M-1,-0.55L-0.55,-1L0,-0.45L0.55,-1L1,-0.55L0.45,0L1,0.55L0.55,1L0,0.45L-0.55,1L-1,0.55L-0.45,0Z",
];
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
];
const colourOf = (strategy) => `var(--c${strategy % 8})`;
const shapeOf = (strategy) => SHAPES[strategy % 7];
const dashOf = (strategy) => DASHES[Math.floor(strategy / 8) % 3];

/** The mark of a strategy, for running text. */
function glyph(strategy) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-1.3 -1.3 2.6 2.6");
  svg.setAttribute("class", "glyph");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapeOf(strategy));
  path.setAttribute("fill", colourOf(strategy));
  svg.append(path);
  return svg;
}

// -- measures of a cell

const share = { text: percent, unit: "%", format: ".0%", share: true };
const plain = { text: short, unit: "", format: "~g", share: false };
const measures = [
  { name: "accuracy", label: "Accuracy", of: (cell) => cell.accuracy, ...share },
  { name: "abstained", label: "Abstained", of: (cell) => cell.abstained, ...share },
  { name: "cost", label: "Cost", of: (cell) => cell.cost, ...plain },
  { name: "agent_calls", label: "Agent calls", of: (cell) => cell.agent_calls, ...plain },
  { name: "confidence", label: "Confidence", of: (cell) => cell.confidence, ...share },
  ...data.metrics.map((metric, i) => ({
    name: metric.name,
    label: metric.name,
    doc: metric.doc,
    of: (cell) => cell.metrics[i],
    ...(metric.unit === "share" ? share : { ...plain, unit: metric.unit }),
  })),
];
const accuracyMeasure = measures[0];
const titled = (measure) => (measure.unit ? `${measure.label}, ${measure.unit}` : measure.label);

// -- what is selected, over all views

const chosen = new Map();
const hidden = new Set();
let selection = 0;
let redraw = () => {};

/** Something was selected: the view that is open is drawn again, others when they open. */
function selected() {
  selection += 1;
  redraw();
}

const views = [];
/** A view: what it is called, whether there is anything to show, and how it is built, which gives how it is drawn. */
function view(definition) {
  views.push(definition);
}

// -- files

const fileStem =
  data.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "tournament";

function save(what, type, text) {
  const name = `${fileStem}-${what.replace(/ /g, "-")}`;
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  say(`Saved ${name}`);
}

function button(label, action, attributes = {}) {
  return h("button", { type: "button", onclick: action, ...attributes }, label);
}
