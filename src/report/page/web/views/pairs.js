// Every strategy against every other at one point: the paired difference, and whether it is significant.

view({
  id: "pairs",
  title: "Paired differences",
  lead: "The row's accuracy minus the column's, on the same trials, in percentage points. A star: significant after Holm's correction at .05.",
  has: () => data.pairs.length > 0,
  build(root) {
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("paired differences");
    const rows = table("paired differences", [
      { ...strategyColumn((row) => row.a), field: "a", title: "Strategy" },
      { title: "minus", field: "b", value: (row) => strategyName(row.b), mark: (row) => glyph(row.b) },
      {
        title: "Difference, points",
        field: "difference",
        number: true,
        value: (row) => row.difference,
        text: (row) => points(row.difference),
      },
      ...intervalColumns(points, undefined, "difference"),
      { title: "p", field: "p", number: true, value: (row) => row.p, text: (row) => probability(row.p) },
      {
        title: "p (Holm)",
        field: "p_holm",
        number: true,
        value: (row) => row.p_holm,
        text: (row) => probability(row.p_holm),
      },
      { title: "At .05", field: "significant", value: (row) => verdictOf(row) },
    ]);
    root.append(
      controls(pick.elements),
      chips.element,
      chart.element,
      savers("paired differences", chart, rows),
      folded("Table of these pairs", rows),
    );
    return {
      tables: [rows],
      draw() {
        const all = pick.pick(data.pairs);
        const shown = new Set(
          chips.sync(all.flatMap((pair) => [{ strategy: pair.a }, { strategy: pair.b }])),
        );
        const list = all.filter((pair) => shown.has(pair.a) && shown.has(pair.b));
        const where = all.length ? placeName(all[0]) : "nothing here";
        chart.draw(list.length ? (width, paper) => pairsSpec(list, paper ? null : width) : null, where);
        rows.update(list, where);
      },
    };
  },
});

const verdictOf = (pair) =>
  missing(pair.p_holm) ? "not tested" : pair.p_holm < 0.05 ? "significant" : "not significant";

/** For a width; without one, as wide as its numbers need. */
function pairsSpec(list, given) {
  const both = list.flatMap((pair) => [
    pair,
    {
      ...pair,
      a: pair.b,
      b: pair.a,
      difference: -pair.difference,
      interval: pair.interval && [-pair.interval[1], -pair.interval[0]],
    },
  ]);
  const sum = (strategy) =>
    both.filter((pair) => pair.a === strategy).reduce((total, pair) => total + pair.difference, 0);
  const order = [...new Set(both.map((pair) => pair.a))]
    .sort((a, b) => sum(b) - sum(a) || a - b)
    .map(strategyName);
  const width = given ?? 180 + 56 * order.length;
  const room = (width - Math.min(150, width * 0.3)) / order.length;
  const star = (pair) => (pair.p_holm != null && pair.p_holm < 0.05 ? "*" : "");
  const brief = (pair) => (star(pair) ? (pair.difference > 0 ? "+" : "−") : "·");
  const values = both.map((pair) => ({
    a: strategyName(pair.a),
    b: strategyName(pair.b),
    difference: pair.difference,
    said: room > 46 ? points(pair.difference) + star(pair) : brief(pair),
    points: points(pair.difference),
    interval: range(pair.interval, points),
    p: probability(pair.p_holm),
    verdict: verdictOf(pair),
  }));
  const most = Math.max(0.01, ...values.map((row) => Math.abs(row.difference)));
  const limit = Math.min(150, width * 0.3);
  const encoding = {
    y: {
      field: "a",
      type: "nominal",
      sort: order,
      title: null,
      axis: { labelLimit: limit, labelColor: "var(--ink)" },
    },
    x: {
      field: "b",
      type: "nominal",
      sort: order,
      title: null,
      axis: {
        orient: "top",
        labelAngle: room > 110 ? 0 : -45,
        labelLimit: 130,
        labelColor: "var(--ink)",
        domain: false,
        ticks: false,
      },
    },
  };
  return {
    data: { values },
    width: Math.min(width, 180 + 120 * order.length),
    height: Math.max(90, order.length * Math.max(26, Math.min(38, room))),
    encoding,
    layer: [
      {
        mark: { type: "rect", stroke: "var(--paper)", strokeWidth: 1.5 },
        encoding: {
          color: {
            field: "difference",
            type: "quantitative",
            title: "Row minus column",
            scale: { domain: [-most, most], range: HEAT.difference, interpolate: "lab" },
            legend: { format: "+.0%", orient: "bottom", gradientLength: 180 },
          },
          tooltip: tip(
            ["a", "Row"],
            ["b", "Column"],
            ["points", "Difference, points"],
            ["interval", "95 % interval"],
            ["p", "p (Holm)"],
            ["verdict", "At .05"],
          ),
        },
      },
      {
        mark: { type: "text", fontSize: 11.5 },
        encoding: {
          text: { field: "said" },
          color: {
            condition: { test: `abs(datum.difference) > ${0.72 * most}`, value: "#ffffff" },
            value: "#111111",
          },
        },
      },
    ],
  };
}
