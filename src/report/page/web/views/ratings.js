// Ratings of players, a table at a time.

view({
  id: "ratings",
  title: "Ratings",
  lead: "Maximum-likelihood ratings with 95 % intervals, on Elo's scale; beside them what other rules say.",
  has: () => data.ratings.length > 0,
  build(root) {
    const kindOf = (row) => data.rating_tables[row.table]?.kind || "players";
    const kinds = [...new Set(data.ratings.map(kindOf))];
    const pick = chooser([
      {
        key: "rating kind",
        label: "Ratings of",
        of: (row) => kinds.indexOf(kindOf(row)),
        text: (index) => kinds[index],
      },
      {
        key: "rating table",
        label: "Table",
        of: (row) => row.table,
        text: (index) => data.rating_tables[index]?.name ?? "unknown",
      },
    ]);
    const note = h("p", { class: "note" });
    const chart = plot("ratings");
    // An agent may have a strategy's name; the look is the strategy's alone.
    const index = (row) => (kindOf(row) === "agents" ? -1 : data.strategies.indexOf(row.player));
    const count = (title, field) => ({
      title,
      field,
      number: true,
      value: (row) => (row.games ? row[field] : null),
      text: (row) => (row.games ? whole(row[field]) : NONE),
    });
    const rows = table("ratings", [
      {
        title: "Player",
        field: "player",
        head: true,
        value: (row) => row.player,
        mark: (row) => (index(row) < 0 ? null : glyph(index(row))),
      },
      {
        title: "Rating",
        field: "rating",
        number: true,
        value: (row) => row.rating,
        text: (row) => whole(row.rating),
      },
      ...intervalColumns((x) => whole(x), undefined, "rating"),
      ...(data.ratings.some((row) => row.games)
        ? [count("Games", "games"), count("Won", "wins"), count("Drawn", "draws")]
        : []),
      {
        title: "Online Elo",
        field: "elo",
        number: true,
        value: (row) => row.elo,
        text: (row) => whole(row.elo),
        doc: "Depends on the order of matches",
      },
      {
        title: "Nash average",
        field: "nash",
        number: true,
        value: (row) => row.nash,
        text: (row) => short(row.nash),
      },
      {
        title: "Alpha-rank",
        field: "alpha_rank",
        number: true,
        value: (row) => row.alpha_rank,
        text: (row) => short(row.alpha_rank),
      },
    ]);
    root.append(controls(pick.elements), note, chart.element, savers("ratings", chart, rows), rows.element);
    return {
      tables: [rows],
      draw() {
        const list = pick.pick(data.ratings).sort((a, b) => b.rating - a.rating);
        const known = list.length ? data.rating_tables[list[0].table] : null;
        note.textContent = known?.note ?? "";
        note.hidden = !note.textContent;
        const where = known ? `${known.name} (${kindOf(list[0])})` : "ratings";
        chart.draw(list.length ? () => ratingsSpec(list, index) : null, where);
        rows.update(list, where);
      },
    };
  },
});

function ratingsSpec(list, index) {
  const order = list.map((row) => row.player);
  const values = list.map((row) => ({
    player: row.player,
    rating: row.rating,
    low: row.interval?.[0] ?? null,
    high: row.interval?.[1] ?? null,
    games: row.games ? `${whole(row.wins)} won, ${whole(row.draws)} drawn of ${whole(row.games)}` : NONE,
    interval: range(row.interval, whole),
  }));
  const look = (of) => ({
    field: "player",
    type: "nominal",
    legend: null,
    scale: { domain: order, range: list.map((row) => of(index(row))) },
  });
  const color = look((i) => (i < 0 ? "var(--ink)" : colourOf(i)));
  const shape = look((i) => SHAPES[i < 0 ? 0 : i % 7]);
  const y = rankedAxis("player", order);
  const x = {
    type: "quantitative",
    title: "Rating",
    scale: { zero: false, nice: true },
    axis: { tickCount: 6, format: "d" },
  };
  return {
    data: { values },
    height: Math.max(60, 30 * list.length),
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 110, opacity: 1 },
        encoding: {
          y,
          x: { ...x, field: "rating" },
          color,
          shape,
          tooltip: tip(
            ["player", "Player"],
            ["rating", "Rating", ".0f"],
            ["interval", "95 % interval"],
            ["games", "Games"],
          ),
        },
      },
    ],
  };
}
