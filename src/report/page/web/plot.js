// Charts: specifications of Vega-Lite drawn when they are seen, and saved as they would be printed. Colours are the
// page's variables, so that a chart follows the theme without being drawn again.

const PAPER_WIDTH = 640;

/** What all charts share. */
const chartConfig = () => ({
  background: null,
  font: getComputedStyle(document.body).fontFamily,
  aria: true,
  mark: { aria: false, tooltip: true },
  view: { stroke: null },
  axis: {
    labelColor: "var(--muted)",
    titleColor: "var(--ink)",
    gridColor: "var(--rule)",
    domainColor: "var(--line)",
    tickColor: "var(--line)",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 10,
    labelPadding: 5,
    labelLimit: 220,
    tickSize: 4,
  },
  axisY: { domain: false, ticks: false },
  legend: {
    labelColor: "var(--ink)",
    titleColor: "var(--muted)",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 500,
    labelLimit: 260,
    symbolSize: 90,
    symbolOpacity: 1,
    orient: "top",
    titleLimit: 300,
  },
  title: {
    color: "var(--ink)",
    fontSize: 14,
    fontWeight: 600,
    anchor: "start",
    subtitleColor: "var(--muted)",
    subtitleFontSize: 12,
    offset: 12,
  },
  text: { fill: "var(--ink)", fontSize: 12 },
  rule: { stroke: "var(--line)" },
});

const finished = (spec) => ({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  autosize: { type: "fit-x", contains: "padding" },
  padding: 4,
  config: chartConfig(),
  ...spec,
});
const drawing = {
  actions: false,
  ast: true,
  renderer: "svg",
  defaultStyle: false,
  tooltip: { theme: "page", disableDefaultStyle: true },
};

/** Text with the page's colour variables as they are in the light theme. */
function inLightColours(text) {
  const probe = h("span", { style: "color-scheme: light; display: none" });
  document.body.append(probe);
  const known = new Map();
  const light = (name) => {
    if (!known.has(name)) {
      probe.style.color = `var(${name})`;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };
  const coloured = text.replace(/var\((--[a-z0-9]+)\)/g, (_, name) => light(name));
  probe.remove();
  return coloured;
}

/**
 * A chart with its caption. `draw(spec, caption)`, where `spec(width, paper)` gives the specification for a width, on paper
 * with a legend of its own; without one, the caption stands alone.
 */
function plot(name) {
  const chart = h("div", { class: "chart" });
  const caption = h("figcaption");
  const element = h("figure", {}, chart, caption);
  let spec = null,
    result = null,
    width = 0,
    wanted = 0,
    drawn = 0,
    queue = Promise.resolve();

  async function render() {
    // Out of sight there is no width to draw for; the observer comes back when there is.
    if (drawn === wanted || (spec && !chart.clientWidth)) return chart.setAttribute("aria-busy", "false");
    drawn = wanted;
    width = chart.clientWidth;
    const height = chart.offsetHeight;
    chart.style.minHeight = `${height}px`;
    result?.finalize();
    result = null;
    chart.replaceChildren();
    try {
      if (spec)
        result = await vegaEmbed(
          chart,
          finished({ width, description: `Chart: ${caption.textContent}`, ...spec(width, false) }),
          drawing,
        );
    } catch (error) {
      console.error(error);
      chart.textContent = "This chart could not be drawn; its table is below.";
    }
    chart.style.minHeight = "";
    chart.setAttribute("aria-busy", "false");
  }
  function again() {
    wanted += 1;
    chart.setAttribute("aria-busy", "true");
    queue = queue.then(render);
  }
  let waiting = 0;
  new ResizeObserver(() => {
    if (!spec || !chart.clientWidth || (drawn === wanted && Math.abs(chart.clientWidth - width) < 3)) return;
    clearTimeout(waiting);
    waiting = setTimeout(again, 120);
  }).observe(chart);

  const paper = () =>
    finished({
      width: PAPER_WIDTH,
      background: "#ffffff",
      title: { text: name[0].toUpperCase() + name.slice(1), subtitle: caption.textContent },
      ...spec(PAPER_WIDTH, true),
    });
  return {
    element,
    name,
    draw(next, words) {
      spec = next;
      caption.textContent = words;
      element.classList.toggle("empty", !spec);
      again();
    },
    ready: () => spec !== null,
    async svg() {
      const { view: drawnView, finalize } = await vegaEmbed(h("div"), paper(), drawing);
      const svg = inLightColours(await drawnView.toSVG());
      finalize();
      return svg;
    },
    specification: () => inLightColours(JSON.stringify(paper(), null, 1)),
  };
}

/** The buttons that save a chart and its table. */
function savers(name, chart, rows) {
  const saving = (label, file, type, text) =>
    button(label, async () => save(file, type, await text()), { "aria-label": `Save ${name} as ${label}` });
  const charted = chart
    ? [
        saving("SVG", `${name}.svg`, "image/svg+xml", chart.svg),
        saving("Vega-Lite", `${name}.vl.json`, "application/json", async () => chart.specification()),
      ]
    : [];
  for (const one of charted) one.classList.add("of-chart");
  return h(
    "div",
    { class: "savers", role: "group", "aria-label": `Save ${name}` },
    h("span", {}, "Save as"),
    charted,
    rows
      ? [
          saving("CSV", `${name}.csv`, "text/csv", async () => rows.csv()),
          saving("Markdown", `${name}.md`, "text/markdown", async () => rows.markdown()),
        ]
      : [],
  );
}

/** The table under a chart, folded or not. */
function folded(title, rows, open = false) {
  return h("details", { class: "data", open }, h("summary", {}, title), rows.element);
}

// -- encodings

/** Colour and shape of strategies, with a legend on paper only: on the page the buttons above are it. */
function lookOf(strategies, paper) {
  const domain = strategies.map(strategyName);
  const legend = paper ? { orient: "bottom", columns: 3, title: null } : null;
  const scale = (range) => ({ domain, range });
  const field = { field: "strategy", type: "nominal" };
  return {
    color: { ...field, scale: scale(strategies.map(colourOf)), legend },
    shape: { ...field, scale: scale(strategies.map(shapeOf)), legend },
    strokeDash: { ...field, scale: scale(strategies.map(dashOf)), legend },
  };
}
const tip = (...fields) =>
  fields.map(([field, title, format]) => ({
    field,
    title,
    ...(format ? { format } : {}),
    type: format ? "quantitative" : "nominal",
  }));

// An axis of names, best first.
function rankedAxis(field, order) {
  return {
    field,
    type: "nominal",
    sort: order,
    title: null,
    axis: { labelColor: "var(--ink)", labelLimit: 180, grid: true, gridDash: [1, 3] },
  };
}

/**
 * Chance as a dashed line with its name, for charts with accuracy upwards: level, or along `x` of rows that differ in it.
 * None where no row knows it.
 */
function chanceLayers(rows, y, x = null) {
  const known = rows.filter((row) => !missing(row.chance)).map((row) => ({ x: row.x, chance: row.chance }));
  const levels = [...new Set(known.map((row) => row.chance))];
  const bent = x !== null && levels.length > 1;
  const along = { ...(bent ? { x } : {}), y: { ...y, field: "chance" } };
  const values = bent
    ? [...new Map(known.map((row) => [row.x, row])).values()]
    : levels.map((chance) => ({ chance }));
  // The name stands above the higher end.
  const falls = bent && values[0].chance > values[values.length - 1].chance;
  const named = (bent ? [values[falls ? 0 : values.length - 1]] : values).map(({ chance }) => ({
    chance,
    what: `chance ${percent(chance)} %`,
  }));
  if (!values.length) return [];
  return [
    {
      data: { values },
      mark: { type: bent ? "line" : "rule", strokeDash: [4, 4], stroke: "var(--muted)", strokeWidth: 1 },
      encoding: along,
    },
    {
      data: { values: named },
      mark: {
        type: "text",
        align: falls ? "left" : "right",
        baseline: "bottom",
        dy: -3,
        fill: "var(--muted)",
        fontSize: 11,
      },
      encoding: { x: { value: falls ? 0 : "width" }, y: along.y, text: { field: "what" } },
    },
  ];
}
