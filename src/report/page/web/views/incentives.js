// What agents gain by playing to the overseer, and what that does to accuracy: under pressure, by a best response,
// in equilibrium.

view({
  id: "incentives",
  title: "Incentives",
  lead: "What agents gain by playing to the overseer, and what becomes of accuracy then.",
  has: () => data.pressure.length + data.incentives.length > 0,
  build(root) {
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("optimisation pressure");
    const won = plot("matches won");
    const pressure = table("optimisation pressure", [
      strategyColumn(),
      { title: "Agent", field: "agent", value: (row) => row.agent },
      { title: "Stances tried", field: "n", number: true, value: (row) => row.n },
      shareColumn("Right, %", "accuracy"),
      ...intervalColumns(percent, (row) => row.interval ?? undefined, "accuracy"),
      shareColumn("Matches won, %", "wins"),
    ]);
    const responses = table("best responses", [
      strategyColumn(),
      { title: "Agent", field: "agent", value: (row) => row.agent },
      { title: "Best response", field: "stance", value: (row) => row.stance },
      {
        title: "Gain, % of matches",
        field: "gain",
        number: true,
        value: (row) => row.gain,
        text: (row) => points(row.gain),
      },
      shareColumn("Right as given, %", "given"),
      shareColumn("Right then, %", "accuracy"),
    ]);
    const equilibria = table("equilibria", [
      strategyColumn(),
      shareColumn("Right as given, %", "accuracy"),
      {
        ...shareColumn("Exploitability, %", "exploitability"),
        doc: "How far the agents as given are from an equilibrium, in share of matches",
      },
      { title: "Equilibrium", field: "equilibrium", prose: true, value: (row) => row.equilibrium },
      shareColumn("Right in it, %", "equilibrium_accuracy"),
      ...intervalColumns(percent, (row) => row.equilibrium_interval ?? undefined, "equilibrium"),
    ]);
    root.append(
      controls(pick.elements),
      chips.element,
      ...(data.pressure.length
        ? [
            h("h3", {}, "Under optimisation pressure"),
            h(
              "p",
              { class: "note" },
              "An agent tries n stances a question, and the overseer's favourite is taken: accuracy that falls with n says that the overseer's favour and the truth part ways.",
            ),
            chart.element,
            savers("optimisation pressure", chart, pressure),
            won.element,
            savers("matches won", won),
            folded("Table of these lines", pressure),
          ]
        : []),
      ...(data.incentives.length
        ? [
            h("h3", {}, "Best responses"),
            h("p", { class: "note" }, "One agent changes its stance, the others stay as they are."),
            savers("best responses", null, responses),
            responses.element,
            h("h3", {}, "Equilibria"),
            h("p", { class: "note" }, "Every agent has changed: none gains by changing alone."),
            savers("equilibria", null, equilibria),
            equilibria.element,
          ]
        : []),
    );
    const joined = placed([...data.pressure, ...data.incentives]);
    return {
      tables: [pressure, responses, equilibria],
      draw() {
        const here = pick.pick(joined);
        const shown = new Set(chips.sync(here));
        const list = here.filter((row) => shown.has(row.strategy)).sort((a, b) => a.strategy - b.strategy);
        const tried = list.filter((row) => !row.responses && row.n > 0);
        const games = list.filter((row) => row.responses);
        const where = here.length ? placeName(here[0]) : "nothing here";
        const lines = (one, measure, title) => {
          const known = tried.filter((row) => !missing(row[measure]));
          one.draw(
            known.length ? (width, paper) => pressureSpec(known, measure, title, width, paper) : null,
            `${title} by stances tried; ${where}`,
          );
        };
        lines(chart, "accuracy", "Right verdicts");
        lines(won, "wins", "Matches won");
        pressure.update(tried, where);
        responses.update(
          games.flatMap((row) =>
            row.responses.map((one) => ({ ...one, strategy: row.strategy, given: row.accuracy })),
          ),
          where,
        );
        equilibria.update(games, where);
      },
    };
  },
});

/** A column of a field that is a share. */
function shareColumn(title, field) {
  return { title, field, number: true, value: (row) => row[field], text: (row) => percent(row[field]) };
}

const AGENT_DASHES = [...DASHES, [9, 3, 2, 3], [9, 3, 2, 3, 2, 3]];

function pressureSpec(list, measure, title, width, paper) {
  const strategies = [...new Set(list.map((row) => row.strategy))];
  const agents = [...new Set(list.map((row) => row.agent))];
  const values = list.map((row) => ({
    n: row.n,
    y: row[measure],
    strategy: strategyName(row.strategy),
    agent: row.agent,
    low: row.interval?.[0],
    high: row.interval?.[1],
    interval: range(row.interval ?? undefined, percent),
  }));
  const ns = [...new Set(list.map((row) => row.n))].sort((a, b) => a - b);
  const x = {
    field: "n",
    type: "quantitative",
    title: "Stances tried",
    scale: { type: "log", base: 2, nice: false, padding: 12 },
    axis: { grid: false, values: ns, format: "d", labelOverlap: true },
  };
  const y = {
    type: "quantitative",
    title,
    scale: { zero: false },
    axis: { format: ".0%", tickCount: 6, minExtent: 44 },
  };
  const look = lookOf(strategies, paper);
  const detail = { field: "agent" };
  const columns = Math.max(
    1,
    Math.floor((width - 60) / (55 + 6.5 * Math.max(...agents.map((agent) => agent.length)))),
  );
  // Colour and shape tell strategies, so that the dashes are free for agents.
  const strokeDash =
    agents.length < 2
      ? look.strokeDash
      : {
          field: "agent",
          type: "nominal",
          title: "Agent",
          scale: { domain: agents, range: agents.map((_, i) => AGENT_DASHES[i % AGENT_DASHES.length]) },
          legend: {
            symbolType: "stroke",
            symbolStrokeColor: "var(--ink)",
            symbolSize: 700,
            columnPadding: 20,
            columns,
          },
        };
  const accuracy = measure === "accuracy";
  return {
    data: { values },
    height: Math.min(380, Math.max(230, width * 0.42)),
    layer: [
      ...(accuracy ? chanceLayers(list, y) : []),
      ...(accuracy && values.some((row) => row.low != null)
        ? [
            {
              transform: [{ filter: "isValid(datum.low)" }],
              mark: ns.length > 1 ? { type: "area", opacity: 0.16 } : { type: "rule" },
              encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: look.color, detail },
            },
          ]
        : []),
      {
        mark: { type: "line", strokeWidth: 1.75 },
        encoding: { x, y: { ...y, field: "y" }, color: look.color, strokeDash, detail },
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
            ["agent", "Agent"],
            ["n", "Stances tried", "d"],
            ["y", title, ".1%"],
            ...(accuracy ? [["interval", "95 % interval, %"]] : []),
          ),
        },
      },
    ],
  };
}
