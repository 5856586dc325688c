// Strategies at one point, best first, with intervals and with letters for those that cannot be told apart.

const letter = (i) =>
  i < 26 ? String.fromCharCode(97 + i) : `${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`;

/** The letters of each strategy at a place. */
function lettersAt(row) {
  const letters = new Map();
  for (const tie of tiesAt(row)) {
    tie.sets.forEach((set, i) => set.forEach((s) => letters.set(s, (letters.get(s) ?? "") + letter(i))));
  }
  return letters;
}

view({
  id: "leaderboard",
  title: "Leaderboard",
  lead: "Share of right verdicts with 95 % intervals, best first; the dashed line is chance. Strategies that share a letter cannot be told apart.",
  has: () => data.cells.length > 0,
  build(root) {
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("leaderboard");
    const rows = table("leaderboard", [
      {
        title: "Rank",
        field: "rank",
        number: true,
        value: (row) => row.rank,
        text: (row) => (row.rank ? String(row.rank) : NONE),
      },
      strategyColumn(),
      {
        title: "Right, %",
        field: "accuracy",
        number: true,
        value: (row) => row.accuracy,
        text: (row) => percent(row.accuracy),
      },
      ...intervalColumns(percent, (row) => (row.rank ? row.interval : undefined), "accuracy"),
      ...(data.tied.length
        ? [
            {
              title: "Tied",
              field: "tied",
              value: (row) => row.letters,
              text: (row) => row.letters || NONE,
              doc: "Strategies that share a letter cannot be told apart",
            },
          ]
        : []),
      ...measures.slice(1).map((measure) => ({
        title: titled(measure),
        field: measure.name,
        number: true,
        doc: measure.doc,
        value: (row) => (row.failed == null ? measure.of(row) : null),
        text: (row) => (row.failed == null ? measure.text(measure.of(row)) : NONE),
      })),
      ...trialColumns(),
    ]);
    root.append(
      controls(pick.elements),
      chips.element,
      chart.element,
      savers("leaderboard", chart, rows),
      rows.element,
    );
    return {
      tables: [rows],
      draw() {
        const cells = pick.pick(data.cells);
        const shown = new Set(chips.sync(cells));
        const list = ranked(cells.filter((cell) => shown.has(cell.strategy)));
        const where = list.length ? placeName(list[0]) : "no strategies chosen";
        chart.draw(
          list.some(played) ? (width, paper) => leaderboardSpec(list.filter(played), paper) : null,
          where,
        );
        rows.update(list, where);
      },
    };
  },
});

/** Best first, with ranks and letters; those that failed come last, without. */
function ranked(cells) {
  const letters = cells.length ? lettersAt(cells[0]) : new Map();
  const best = cells.filter(played).sort((a, b) => b.accuracy - a.accuracy || a.strategy - b.strategy);
  const rank = (cell) => 1 + best.filter((other) => other.accuracy > cell.accuracy).length;
  return [
    ...best.map((cell) => ({ ...cell, rank: rank(cell), letters: letters.get(cell.strategy) ?? "" })),
    ...cells
      .filter((cell) => !played(cell))
      .map((cell) => ({ ...cell, accuracy: null, interval: null, rank: null, letters: "" })),
  ];
}

function leaderboardSpec(cells, paper) {
  const order = cells.map((cell) => strategyName(cell.strategy));
  const values = cells.map((cell) => ({
    strategy: strategyName(cell.strategy),
    accuracy: cell.accuracy,
    low: cell.interval?.[0] ?? null,
    high: cell.interval?.[1] ?? null,
    end: cell.interval?.[1] ?? cell.accuracy,
    interval: range(cell.interval, percent),
    letters: cell.letters,
  }));
  const chances = [...new Set(cells.map((cell) => cell.chance).filter((x) => !missing(x)))].map((chance) => ({
    chance,
    what: `chance ${percent(chance)} %`,
  }));
  const y = rankedAxis("strategy", order);
  const x = {
    type: "quantitative",
    title: "Right verdicts",
    axis: { format: ".0%", tickCount: 6 },
    scale: { zero: false, nice: true },
  };
  const look = lookOf(
    cells.map((cell) => cell.strategy),
    false,
  );
  const tooltip = tip(
    ["strategy", "Strategy"],
    ["accuracy", "Right", ".1%"],
    ["interval", "95 % interval, %"],
    ["letters", "Tied"],
  );
  return {
    data: { values },
    height: Math.max(60, 30 * cells.length),
    layer: [
      ...(chances.length
        ? [
            {
              data: { values: chances },
              mark: { type: "rule", strokeDash: [4, 4], stroke: "var(--muted)" },
              encoding: { x: { ...x, field: "chance" } },
            },
            {
              data: { values: chances },
              mark: {
                type: "text",
                align: "left",
                baseline: "bottom",
                dx: 4,
                fill: "var(--muted)",
                fontSize: 11,
              },
              encoding: { x: { ...x, field: "chance" }, y: { value: 0 }, text: { field: "what" } },
            },
          ]
        : []),
      {
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" }, color: look.color, tooltip },
      },
      {
        mark: { type: "point", filled: true, size: 110, opacity: 1 },
        encoding: { y, x: { ...x, field: "accuracy" }, color: look.color, shape: look.shape, tooltip },
      },
      {
        mark: { type: "text", align: "left", dx: 9, fill: "var(--muted)" },
        encoding: { y, x: { ...x, field: "end" }, text: { field: "letters" } },
      },
    ],
  };
}
