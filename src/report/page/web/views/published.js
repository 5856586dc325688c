// Published values beside ours.

view({
  id: "published",
  title: "Published results",
  lead: "What papers report beside what this run gives. A square: published; a disc with its 95 % interval: ours.",
  has: () => data.published.length > 0,
  build(root) {
    const units = [...new Set(data.published.map((row) => row.unit))];
    const pick = chooser([
      {
        key: "unit",
        label: "Unit",
        of: (row) => units.indexOf(row.unit),
        text: (i) => units[i] || "plain numbers",
      },
    ]);
    const text = (row) => (row.unit === "share" ? percent : short);
    const chart = plot("published results");
    const rows = table("published results", [
      { title: "What", field: "what", head: true, value: (row) => row.what },
      {
        title: "Published",
        field: "published",
        number: true,
        value: (row) => row.published,
        text: (row) => text(row)(row.published),
      },
      {
        title: "Ours",
        field: "ours",
        number: true,
        value: (row) => row.ours,
        text: (row) => (missing(row.ours) ? "not measured" : text(row)(row.ours)),
      },
      {
        title: "95 % interval",
        field: "ours_low",
        number: true,
        value: (row) => row.interval?.[0],
        text: (row) => (row.interval ? range(row.interval, text(row)) : NONE),
      },
      { title: "high", field: "ours_high", file: true, value: (row) => row.interval?.[1] },
      { title: "Agrees", field: "agrees", value: (row) => agreement(row) },
      {
        title: "Unit",
        field: "unit",
        value: (row) => (row.unit === "share" ? "%" : row.unit),
        text: (row) => (row.unit === "share" ? "%" : row.unit),
      },
      { title: "Source", field: "source", value: (row) => row.source },
    ]);
    root.append(
      controls(pick.elements),
      chart.element,
      savers("published results", chart, rows),
      rows.element,
    );
    return {
      tables: [rows],
      draw() {
        const list = pick.pick(data.published);
        const agreed = list.filter((row) => row.agrees === true).length;
        const where = `${agreed} of ${list.filter((row) => row.agrees != null).length} agree`;
        chart.draw(() => publishedSpec(list), where);
        rows.update(list, where);
      },
    };
  },
});

const agreement = (row) => (row.agrees == null ? "not said" : row.agrees ? "✓ agrees" : "✗ differs");

function publishedSpec(list) {
  const values = list.map((row) => ({
    what: row.what,
    published: row.published,
    ours: row.ours,
    low: row.interval?.[0] ?? null,
    high: row.interval?.[1] ?? null,
    agrees: agreement(row),
    source: row.source,
  }));
  const order = values.map((row) => row.what);
  const isShare = list[0].unit === "share";
  const y = {
    field: "what",
    type: "nominal",
    sort: order,
    title: null,
    axis: { labelColor: "var(--ink)", labelLimit: 200, grid: true, gridDash: [1, 3] },
  };
  const x = {
    type: "quantitative",
    title: isShare ? "Share" : list[0].unit || "Value",
    scale: { zero: false, nice: true },
    axis: { tickCount: 6, format: isShare ? ".0%" : "~g" },
  };
  const domain = ["published", "ours"];
  const look = (range) => ({ field: "whose", type: "nominal", title: null, scale: { domain, range } });
  const both = values
    .flatMap((row) => [
      { ...row, whose: "published", value: row.published },
      { ...row, whose: "ours", value: row.ours },
    ])
    .filter((row) => !missing(row.value));
  const tooltip = tip(
    ["what", "What"],
    ["published", "Published", ".4~g"],
    ["ours", "Ours", ".4~g"],
    ["agrees", "Agrees"],
    ["source", "Source"],
  );
  return {
    data: { values },
    height: Math.max(60, 34 * list.length),
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2.5, stroke: "var(--c0)" },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      {
        data: { values: both },
        mark: { type: "point", filled: true, size: 100, opacity: 1 },
        encoding: {
          y,
          x: { ...x, field: "value" },
          color: look(["var(--c1)", "var(--c0)"]),
          shape: look([SHAPES[1], SHAPES[0]]),
          tooltip,
        },
      },
    ],
  };
}
