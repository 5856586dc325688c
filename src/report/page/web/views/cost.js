// Accuracy against what it costs, with the strategies that no other is both cheaper and better than.

view({
  id: "cost",
  title: "Accuracy and cost",
  lead: "The stepped line is the Pareto front: no strategy off it is both cheaper and better than one on it.",
  has: () => data.cells.length > 1 && data.cells.some((cell) => cell.cost > 0 || cell.agent_calls > 0),
  build(root) {
    const costs = measures.map((measure, i) => [i, measure.label]).filter(([i]) => !measures[i].share);
    const by = option("Cost as", "cost measure", costs);
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("accuracy and cost");
    let measure = measures[2];
    const rows = table("accuracy and cost", [
      strategyColumn(),
      { title: "Cost as", field: "cost_as", file: true, value: () => measure.name },
      {
        title: "Cost",
        field: "cost",
        number: true,
        value: (row) => row.x,
        text: (row) => measure.text(row.x),
      },
      {
        title: "Right, %",
        field: "accuracy",
        number: true,
        value: (row) => row.accuracy,
        text: (row) => percent(row.accuracy),
      },
      ...intervalColumns(percent, undefined, "accuracy"),
      { title: "Pareto front", field: "front", value: (row) => (row.front ? "yes" : "no") },
    ]);
    root.append(
      controls(by.element, pick.elements),
      chips.element,
      chart.element,
      savers("accuracy and cost", chart, rows),
      folded("Table of these points", rows, true),
    );
    return {
      tables: [rows],
      draw() {
        measure = measures[by.value()];
        const cells = pick.pick(data.cells).filter(played);
        const shown = new Set(chips.sync(cells));
        const list = front(
          cells
            .filter((cell) => shown.has(cell.strategy) && !missing(measure.of(cell)))
            .map((cell) => ({ ...cell, x: measure.of(cell) })),
        );
        const where = cells.length ? `${titled(measure)} a trial; ${placeName(cells[0])}` : "nothing here";
        chart.draw(list.length ? (width, paper) => costSpec(list, measure, width, paper) : null, where);
        rows.update(list, where);
      },
    };
  },
});

/** By rising cost; on the front is who is better than all that cost no more. */
function front(list) {
  list.sort((a, b) => a.x - b.x || b.accuracy - a.accuracy);
  let best = -Infinity;
  return list.map((row) => {
    const on = row.accuracy > best;
    best = Math.max(best, row.accuracy);
    return { ...row, front: on };
  });
}

function costSpec(list, measure, width, paper) {
  const values = list.map((row) => ({
    strategy: strategyName(row.strategy),
    x: row.x,
    accuracy: row.accuracy,
    low: row.interval?.[0] ?? null,
    high: row.interval?.[1] ?? null,
    front: row.front,
    interval: range(row.interval, percent),
    said: measure.text(row.x),
  }));
  const reach = Math.max(...list.map((row) => row.x));
  const step = values.filter((row) => row.front);
  const line = [...step, { ...step[step.length - 1], x: reach }];
  const look = lookOf(
    list.map((row) => row.strategy).sort((a, b) => a - b),
    paper,
  );
  const x = {
    type: "quantitative",
    title: measure.name === "cost" ? "Cost a trial, in checks" : `${titled(measure)} a trial`,
    scale: { domain: reach ? [-0.03 * reach, 1.03 * reach] : [-0.1, 1], nice: false },
    axis: { grid: false, tickCount: Math.floor(width / 80) },
  };
  const y = {
    type: "quantitative",
    title: "Right verdicts",
    scale: { zero: false, padding: 12 },
    axis: { format: ".0%", tickCount: 6 },
  };
  // A name stands on its step, where the step is long enough for it.
  const room = (i) => (((line[i + 1].x - line[i].x) / (reach || 1)) * (width - 80)) / 7 - 2;
  const names = step.filter((row, i) => row.strategy.length < room(i));
  const opacity = { condition: { test: "datum.front", value: 1 }, value: 0.55 };
  return {
    data: { values },
    height: Math.min(400, Math.max(260, width * 0.5)),
    layer: [
      ...chanceLayers(list, y),
      {
        data: { values: line },
        mark: { type: "line", interpolate: "step-after", stroke: "var(--muted)", strokeWidth: 1.5 },
        encoding: { x: { ...x, field: "x" }, y: { ...y, field: "accuracy" } },
      },
      {
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: {
          x: { ...x, field: "x" },
          y: { ...y, field: "low" },
          y2: { field: "high" },
          color: look.color,
          opacity,
        },
      },
      {
        mark: { type: "point", filled: true, size: 110 },
        encoding: {
          x: { ...x, field: "x" },
          y: { ...y, field: "accuracy" },
          color: look.color,
          shape: look.shape,
          opacity,
          tooltip: tip(
            ["strategy", "Strategy"],
            ["said", titled(measure)],
            ["accuracy", "Right", ".1%"],
            ["interval", "95 % interval, %"],
          ),
        },
      },
      ...(names.length
        ? [
            {
              data: { values: names },
              mark: { type: "text", align: "left", dx: 9, dy: -9 },
              encoding: {
                x: { ...x, field: "x" },
                y: { ...y, field: "accuracy" },
                text: { field: "strategy" },
              },
            },
          ]
        : []),
    ],
  };
}
