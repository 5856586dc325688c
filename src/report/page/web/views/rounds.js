// Rounds of distillation: what the student is taught and what it has learned, replicate by replicate and on average.

view({
  id: "rounds",
  title: "Distillation",
  lead: "Accuracy round by round. Target: the composition's verdicts, which the student is taught. Thin lines are replicates, thick ones their mean; the dashed line is chance.",
  has: () => data.rounds.length > 0,
  build(root) {
    const level = {
      key: "level",
      label: "Level of the questions",
      of: (row) => row.level,
      text: (value) => String(value),
    };
    const pick = chooser([groupField, strategyField, ...dimensions.map(dimensionField), level]);
    const losses = data.rounds.some((row) => !missing(row.loss));
    const chart = plot("distillation");
    const loss = plot("distillation loss");
    const rows = table("distillation", [
      { title: "Replicate", field: "replicate", number: true, value: (row) => row.replicate },
      { title: "Round", field: "round", number: true, value: (row) => row.round },
      { title: "Level", field: "level", number: true, value: (row) => row.level },
      ...SERIES.map(({ name, title }) => ({
        title: `${title}, %`,
        field: name,
        number: true,
        value: (row) => row[name],
        text: (row) => percent(row[name]),
      })),
      {
        title: "Loss, nats",
        field: "loss",
        number: true,
        value: (row) => row.loss,
        text: (row) => short(row.loss),
      },
      {
        title: "Steps",
        field: "steps",
        number: true,
        value: (row) => row.steps,
        text: (row) => whole(row.steps),
      },
    ]);
    root.append(
      controls(pick.elements),
      chart.element,
      savers("distillation", chart, rows),
      losses ? h("h3", {}, "Loss") : null,
      losses ? loss.element : null,
      losses ? savers("distillation loss", loss) : null,
      folded("Table of these rounds", rows),
    );
    const joined = data.rounds.map((row) => {
      const { group, strategy, point, chance } = data.cells[row.cell] ?? {
        group: -1,
        strategy: -1,
        point: [],
        chance: null,
      };
      return { ...row, group, strategy, point, chance };
    });
    return {
      tables: [rows],
      draw() {
        const list = pick.pick(joined);
        const where = list.length
          ? `${strategyName(list[0].strategy)}; ${placeName(list[0])}; level ${list[0].level}`
          : "nothing here";
        const series = seriesOf(list);
        chart.draw(series.length ? (width) => roundsSpec(series, list, width) : null, where);
        if (losses)
          loss.draw(
            list.some((row) => !missing(row.loss)) ? (width) => lossSpec(list, width) : null,
            `Mean loss by steps of training; ${where}`,
          );
        rows.update(list, where);
      },
    };
  },
});

const SERIES = [
  { name: "target", title: "Target", doc: "Verdicts of the composition", dash: [6, 3], shape: SHAPES[1] },
  {
    name: "argmax",
    title: "Student, likeliest",
    doc: "The student's likeliest answer",
    dash: [1, 0],
    shape: SHAPES[0],
  },
  {
    name: "sampled",
    title: "Student, drawn",
    doc: "An answer drawn from the student",
    dash: [2, 2],
    shape: SHAPES[2],
  },
];

/** A point for each replicate, round and series, and for the mean over replicates. */
function seriesOf(list) {
  const long = SERIES.flatMap(({ name, title }) =>
    list
      .filter((row) => !missing(row[name]))
      .map((row) => ({
        series: title,
        replicate: String(row.replicate),
        round: row.round,
        share: row[name],
        kind: "replicate",
      })),
  );
  const sums = new Map();
  for (const { series, round, share: value } of long) {
    const key = `${series}|${round}`;
    const sum = sums.get(key) ?? { series, round, total: 0, count: 0 };
    sums.set(key, { ...sum, total: sum.total + value, count: sum.count + 1 });
  }
  const means = [...sums.values()].map(({ series, round, total, count }) => ({
    series,
    round,
    share: total / count,
    replicate: "mean",
    kind: "mean",
    said: `mean of ${count}`,
  }));
  return [...long, ...means];
}

function roundsSpec(values, list, width) {
  const there = SERIES.filter(({ title }) => values.some((row) => row.series === title));
  const domain = there.map((one) => one.title);
  const colours = {
    target: "var(--ink)",
    argmax: colourOf(Math.max(0, list[0].strategy)),
    sampled: colourOf(Math.max(0, list[0].strategy)),
  };
  const scaled = (of) => ({
    field: "series",
    type: "nominal",
    title: null,
    scale: { domain, range: there.map(of) },
  });
  const color = scaled((one) => colours[one.name]);
  const dash = scaled((one) => one.dash);
  const shape = scaled((one) => one.shape);
  const x = {
    field: "round",
    type: "quantitative",
    title: "Round",
    axis: { tickMinStep: 1, format: "d", grid: false },
    scale: { zero: false, nice: false, padding: 12 },
  };
  const y = {
    field: "share",
    type: "quantitative",
    title: "Right answers",
    axis: { format: ".0%", tickCount: 6 },
    scale: { zero: false },
  };
  return {
    data: { values },
    height: Math.min(380, Math.max(250, width * 0.5)),
    layer: [
      ...chanceLayers(list, y),
      {
        transform: [{ filter: "datum.kind === 'replicate'" }],
        mark: { type: "line", strokeWidth: 1, opacity: 0.4 },
        encoding: { x, y, color, strokeDash: dash, detail: { field: "replicate" } },
      },
      {
        transform: [{ filter: "datum.kind === 'mean'" }],
        mark: { type: "line", strokeWidth: 2.5 },
        encoding: { x, y, color, strokeDash: dash },
      },
      {
        transform: [{ filter: "datum.kind === 'mean'" }],
        mark: { type: "point", filled: true, size: 55, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape,
          tooltip: tip(
            ["series", "Series"],
            ["round", "Round", "d"],
            ["share", "Right", ".1%"],
            ["said", "Over replicates"],
          ),
        },
      },
    ],
  };
}

function lossSpec(list, width) {
  const values = list
    .filter((row) => !missing(row.loss))
    .map((row) => ({ steps: row.steps, loss: row.loss, replicate: String(row.replicate) }));
  return {
    data: { values },
    height: Math.min(220, Math.max(150, width * 0.3)),
    mark: {
      type: "line",
      strokeWidth: 1.25,
      stroke: colourOf(Math.max(0, list[0].strategy)),
      point: { filled: true, size: 22, fill: colourOf(Math.max(0, list[0].strategy)) },
    },
    encoding: {
      x: {
        field: "steps",
        type: "quantitative",
        title: "Steps of training",
        axis: { grid: false, format: "~s", tickCount: 6 },
        scale: { zero: true },
      },
      y: {
        field: "loss",
        type: "quantitative",
        title: "Loss, nats",
        axis: { tickCount: 4 },
        scale: { zero: true },
      },
      detail: { field: "replicate" },
      tooltip: tip(["replicate", "Replicate"], ["steps", "Steps", "d"], ["loss", "Loss", ".4f"]),
    },
  };
}
