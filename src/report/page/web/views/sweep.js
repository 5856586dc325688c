// A measure along a swept parameter, a line a strategy.

view({
  id: "sweep",
  title: "Along the sweep",
  lead: "A line a strategy, with 95 % intervals of accuracy; the dashed line is chance.",
  has: () => dimensions.length > 0,
  build(root) {
    const along = option(
      "Along",
      "sweep along",
      dimensions.map((one) => [one.key, one.label]),
    );
    const what = option(
      "Measure",
      "sweep measure",
      measures.map((measure, i) => [i, measure.label]),
    );
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("sweep");
    let measure = accuracyMeasure,
      dimension = dimensions[0];
    const rows = table("sweep", [
      { title: "Value", field: "value", number: true, value: (row) => row.x, text: (row) => row.label },
      strategyColumn(),
      { title: "Measure", field: "measure", value: () => measure.name, text: () => titled(measure) },
      {
        title: "Number",
        field: "number",
        number: true,
        value: (row) => row.y,
        text: (row) => measure.text(row.y),
      },
      ...intervalColumns(percent, (row) => (measure === accuracyMeasure ? row.interval : undefined)),
    ]);
    root.append(
      controls(along.element, what.element, pick.elements),
      chips.element,
      chart.element,
      savers("sweep", chart, rows),
      folded("Table of these lines", rows),
    );
    return {
      tables: [rows],
      draw() {
        measure = measures[what.value()];
        dimension = dimensions.find((one) => one.key === along.value());
        const cells = pick.pick(data.cells, [dimension.key]).filter(played);
        const shown = new Set(chips.sync(cells));
        const list = cells
          .filter((cell) => shown.has(cell.strategy) && !missing(measure.of(cell)))
          .map((cell) => ({
            strategy: cell.strategy,
            index: dimension.of(cell),
            label: dimension.text(dimension.of(cell)),
            y: measure.of(cell),
            chance: cell.chance,
            x: dimension.numeric ? dimension.number(dimension.of(cell)) : dimension.text(dimension.of(cell)),
            interval: measure === accuracyMeasure ? cell.interval : null,
          }))
          .sort((a, b) => a.index - b.index || a.strategy - b.strategy);
        const others = cells.length
          ? dimensions
              .filter((one) => one !== dimension)
              .map((one) => `; ${one.label} = ${one.text(one.of(cells[0]))}`)
              .join("")
          : "";
        const where = cells.length
          ? `${titled(measure)} along ${dimension.label}; ${groupName(cells[0].group)}${others}`
          : "nothing here";
        chart.draw(
          list.length ? (width, paper) => sweepSpec(list, dimension, measure, width, paper) : null,
          where,
        );
        rows.update(list, where);
      },
    };
  },
});

function sweepSpec(list, dimension, measure, width, paper) {
  const strategies = [...new Set(list.map((row) => row.strategy))].sort((a, b) => a - b);
  const values = list.map((row) => ({
    x: row.x,
    value: row.label,
    y: row.y,
    strategy: strategyName(row.strategy),
    low: row.interval?.[0] ?? null,
    high: row.interval?.[1] ?? null,
    interval: row.interval ? range(row.interval, percent) : NONE,
    number: measure.text(row.y),
  }));
  const labels = [...new Map(list.map((row) => [row.index, row.label])).entries()]
    .sort((a, b) => a[0] - b[0])
    .map(([, label]) => label);
  const x = dimension.numeric
    ? {
        field: "x",
        type: "quantitative",
        title: dimension.label,
        scale: { zero: false, nice: false, padding: 12 },
        axis: { grid: false, tickCount: Math.min(labels.length, Math.floor(width / 60)) },
      }
    : {
        field: "x",
        type: "ordinal",
        sort: labels,
        title: dimension.label,
        axis: { labelAngle: 0, labelOverlap: true },
      };
  const y = {
    type: "quantitative",
    title: titled(measure).replace(", %", ""),
    scale: { zero: false },
    axis: { format: measure.format, tickCount: 6 },
  };
  const look = lookOf(strategies, paper);
  const bands = values.some((row) => row.low != null);
  const range2 = { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: look.color };
  return {
    data: { values },
    height: Math.min(420, Math.max(260, width * 0.55)),
    layer: [
      ...(measure === accuracyMeasure ? chanceLayers(list, y, x) : []),
      ...(bands && dimension.numeric ? [{ mark: { type: "area", opacity: 0.16 }, encoding: range2 }] : []),
      ...(bands && !dimension.numeric ? [{ mark: { type: "rule" }, encoding: range2 }] : []),
      {
        mark: { type: "line", strokeWidth: 1.75 },
        encoding: { x, y: { ...y, field: "y" }, color: look.color, strokeDash: look.strokeDash },
      },
      {
        mark: { type: "point", filled: true, size: 55, opacity: 1 },
        encoding: {
          x,
          y: { ...y, field: "y" },
          color: look.color,
          shape: look.shape,
          tooltip: tip(
            ["strategy", "Strategy"],
            ["value", dimension.label],
            ["number", titled(measure)],
            ["interval", "95 % interval, %"],
          ),
        },
      },
    ],
  };
}
