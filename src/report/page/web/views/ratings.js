// Ratings of players, a table at a time.

view({
  id: "ratings",
  title: "Ratings",
  lead: "Maximum-likelihood ratings with 95 % intervals, on Elo's scale; beside them what other rules say.",
  has: () => data.ratings.length > 0,
  build(root) {
    const pick = chooser([
      {
        key: "rating table",
        label: "Table",
        of: (row) => row.table,
        text: (index) => data.rating_tables[index]?.name ?? "unknown",
      },
    ]);
    const note = h("p", { class: "note" });
    const chart = plot("ratings");
    const index = (player) => data.strategies.indexOf(player);
    const rows = table("ratings", [
      {
        title: "Player",
        field: "player",
        head: true,
        value: (row) => row.player,
        mark: (row) => (index(row.player) < 0 ? null : glyph(index(row.player))),
      },
      {
        title: "Rating",
        field: "rating",
        number: true,
        value: (row) => row.rating,
        text: (row) => whole(row.rating),
      },
      ...intervalColumns((x) => whole(x), undefined, "rating"),
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
        const where = known?.name ?? "ratings";
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
    elo: row.elo,
    interval: range(row.interval, whole),
  }));
  const look = (of) => ({
    field: "player",
    type: "nominal",
    legend: null,
    scale: { domain: order, range: order.map((player) => of(index(player))) },
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
          tooltip: tip(["player", "Player"], ["rating", "Rating", ".0f"], ["interval", "95 % interval"]),
        },
      },
    ],
  };
}
