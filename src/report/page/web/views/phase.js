// Two swept parameters: which strategy is best where, one strategy's accuracy, or a difference and where it vanishes.

/** The pairs of dimensions that span a plane: neither fixes the other. */
const planes = (() => {
  const found = [];
  for (const a of dimensions) {
    for (const b of dimensions) {
      const joint = new Set(data.cells.map((cell) => `${a.of(cell)},${b.of(cell)}`)).size;
      const alone = (one) => new Set(data.cells.map(one.of)).size;
      if (a !== b && joint > Math.max(alone(a), alone(b))) found.push([a, b]);
    }
  }
  return found;
})();

view({
  id: "phase",
  title: "Phase diagram",
  lead: "The plane of two swept parameters. Lines mark where one strategy gives way to another, or where a difference vanishes.",
  has: () => planes.length > 0,
  build(root) {
    const across = option("Across", "phase across", () =>
      [...new Set(planes.map(([a]) => a))].map((one) => [one.key, one.label]),
    );
    const up = option("Up", "phase up", () =>
      planes.filter(([a]) => a.key === across.value()).map(([, b]) => [b.key, b.label]),
    );
    const what = option("Show", "phase what", [
      ["best", "the best strategy"],
      ["accuracy", "accuracy of one strategy"],
      ["difference", "difference of two"],
    ]);
    const names = (not) => data.strategies.map((name, i) => [i, name]).filter(([i]) => i !== not);
    const one = option("Strategy", "phase one", () => names());
    const other = option("minus", "phase other", () => names(one.value()));
    const pick = chooser([groupField, ...dimensions.map(dimensionField)]);
    const chips = strategyButtons();
    const chart = plot("phase diagram");
    let plane = null;
    const rows = table("phase diagram", [
      {
        title: "Across",
        field: "across",
        number: true,
        value: (row) => plane.x.axis.text(row.xi),
        text: (row) => plane.x.axis.text(row.xi),
      },
      {
        title: "Up",
        field: "up",
        number: true,
        value: (row) => plane.y.axis.text(row.yi),
        text: (row) => plane.y.axis.text(row.yi),
      },
      {
        title: "Shown",
        field: "shown",
        value: (row) => row.name,
        mark: (row) => (row.strategy == null ? null : glyph(row.strategy)),
      },
      {
        title: "Value, %",
        field: "value",
        number: true,
        value: (row) => row.value,
        text: (row) => (plane.what === "difference" ? points : percent)(row.value),
      },
      { title: "Note", field: "note", value: (row) => row.note },
    ]);
    root.append(
      controls(across.element, up.element, what.element, one.element, other.element, pick.elements),
      chips.element,
      chart.element,
      savers("phase diagram", chart, rows),
      folded("Table of this plane", rows),
    );
    return {
      tables: [rows],
      draw() {
        const [x, y] = [across.value(), up.value()].map((key) => dimensions.find((d) => d.key === key));
        const cells = pick.pick(data.cells, [x.key, y.key]).filter(played);
        const kind = what.value();
        const [a, b] = [one.value(), other.value()];
        one.element.hidden = kind === "best";
        other.element.hidden = kind !== "difference";
        const shown = new Set(chips.sync(cells));
        chips.element.hidden = kind !== "best";
        plane = planeOf(cells, x, y, kind, a, b, shown);
        const said = {
          best: "The best strategy",
          accuracy: `Accuracy of ${strategyName(a)}`,
          difference: `${strategyName(a)} minus ${strategyName(b)}`,
        }[kind];
        const others = cells.length
          ? dimensions
              .filter((d) => d !== x && d !== y)
              .map((d) => `; ${d.label} = ${d.text(d.of(cells[0]))}`)
              .join("")
          : "";
        const legend = {
          best: " A hollow mark: tied with another.",
          accuracy: " The line is chance.",
          difference: " The line is where it vanishes; a ring: not significant (Holm, .05).",
        }[kind];
        const where = cells.length
          ? `${said}; ${groupName(cells[0].group)}${others}.${legend}`
          : "nothing here";
        chart.draw(plane.list.length ? (width, paper) => phaseSpec(plane, width, paper) : null, where);
        rows.update(plane.list, where);
      },
    };
  },
});

/** What each point of the plane shows. */
function planeOf(cells, x, y, what, a, b, shown) {
  const axis = (one) => {
    const values = [...new Set(cells.map(one.of))].sort((p, q) => p - q);
    return { axis: one, values, at: new Map(values.map((value, i) => [value, i])) };
  };
  const [xs, ys] = [axis(x), axis(y)];
  const places = new Map();
  for (const cell of cells) {
    const key = `${x.of(cell)},${y.of(cell)}`;
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(cell);
  }
  const list = [];
  for (const here of places.values()) {
    const seen =
      what === "best"
        ? bestOf(here.filter((cell) => shown.has(cell.strategy)))
        : what === "accuracy"
          ? accuracyOf(here, a)
          : differenceOf(here, a, b);
    if (seen)
      list.push({
        xi: x.of(here[0]),
        yi: y.of(here[0]),
        i: xs.at.get(x.of(here[0])),
        j: ys.at.get(y.of(here[0])),
        ...seen,
      });
  }
  list.sort((p, q) => p.j - q.j || p.i - q.i);
  return { what, x: xs, y: ys, list };
}
function bestOf(cells) {
  if (!cells.length) return null;
  const best = cells.reduce((p, q) => (q.accuracy > p.accuracy ? q : p));
  const sets = tiesAt(best).flatMap((tie) => tie.sets);
  const with_ = cells.filter(
    (cell) =>
      cell !== best &&
      (cell.accuracy === best.accuracy ||
        sets.some((set) => set.includes(cell.strategy) && set.includes(best.strategy))),
  );
  const note = with_.length ? `tied with ${with_.map((cell) => strategyName(cell.strategy)).join(", ")}` : "";
  return {
    strategy: best.strategy,
    name: strategyName(best.strategy),
    value: best.accuracy,
    note,
    open: with_.length > 0,
  };
}
function accuracyOf(cells, a) {
  const cell = cells.find((one) => one.strategy === a);
  return cell
    ? {
        strategy: a,
        name: strategyName(a),
        value: cell.accuracy,
        level: cell.accuracy - (cell.chance ?? NaN),
        note: range(cell.interval, percent),
        open: false,
      }
    : null;
}
const equals = (p) => (p < 0.0001 ? `p ${probability(p)}` : `p = ${probability(p)}`);
function differenceOf(cells, a, b) {
  const [p, q] = [a, b].map((strategy) => cells.find((one) => one.strategy === strategy));
  if (!p || !q) return null;
  const pair = pairsAt(p).find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  const value = pair ? (pair.a === a ? pair.difference : -pair.difference) : p.accuracy - q.accuracy;
  const significant = pair && !missing(pair.p_holm) ? pair.p_holm < 0.05 : null;
  const note =
    significant == null
      ? "not tested"
      : significant
        ? `significant, ${equals(pair.p_holm)}`
        : `not significant, ${equals(pair.p_holm)}`;
  return {
    strategy: null,
    name: `${strategyName(a)} minus ${strategyName(b)}`,
    value,
    level: value,
    note,
    open: significant === false,
  };
}

/** Where neighbours differ in strategy: edges between them. */
function borders({ list }) {
  const at = new Map(list.map((row) => [`${row.i},${row.j}`, row.strategy]));
  const edges = [];
  for (const { i, j, strategy } of list) {
    const [right, above] = [at.get(`${i + 1},${j}`), at.get(`${i},${j + 1}`)];
    if (right != null && right !== strategy) edges.push({ x: i + 1, x2: i + 1, y: j, y2: j + 1 });
    if (above != null && above !== strategy) edges.push({ x: i, x2: i + 1, y: j + 1, y2: j + 1 });
  }
  return edges;
}

/** Where `level` is 0, by marching squares between the centres of cells. */
function contour({ list }) {
  const at = new Map(list.map((row) => [`${row.i},${row.j}`, row.level]));
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const segments = [];
  for (const { i, j } of list) {
    const values = corners.map(([di, dj]) => at.get(`${i + di},${j + dj}`));
    if (values.some(missing)) continue;
    const crossings = [];
    corners.forEach(([di, dj], k) => {
      const [ei, ej] = corners[(k + 1) % 4];
      const [p, q] = [values[k], values[(k + 1) % 4]];
      if (p > 0 === q > 0) return;
      const t = p / (p - q);
      crossings.push({ x: i + 0.5 + di + t * (ei - di), y: j + 0.5 + dj + t * (ej - dj) });
    });
    // Four crossings: a saddle; its middle tells which corners belong together.
    if (crossings.length === 4 && values[0] + values[1] + values[2] + values[3] > 0 === values[0] > 0)
      crossings.push(crossings.shift());
    for (let k = 0; k + 1 < crossings.length; k += 2)
      segments.push({ x: crossings[k].x, y: crossings[k].y, x2: crossings[k + 1].x, y2: crossings[k + 1].y });
  }
  return segments;
}

function phaseSpec(plane, width, paper) {
  const { what, list, x: xs, y: ys } = plane;
  const values = list.map((row) => ({
    ...row,
    x: row.i,
    x2: row.i + 1,
    y: row.j,
    y2: row.j + 1,
    cx: row.i + 0.5,
    cy: row.j + 0.5,
    across: xs.axis.text(row.xi),
    up: ys.axis.text(row.yi),
    said: (what === "difference" ? points : percent)(row.value),
  }));
  const [cellWidth, height] = [
    (width - 70) / xs.values.length,
    Math.min(460, Math.max(160, 40 * ys.values.length)),
  ];
  const scaleOf = (one, room) => {
    const step = Math.max(1, Math.ceil((one.values.length * 44) / room));
    const labels = one.values.map((value) => one.axis.text(value));
    return {
      scale: { domain: [0, one.values.length], nice: false },
      axis: {
        grid: false,
        domain: false,
        ticks: false,
        values: labels.map((_, i) => i + 0.5).filter((_, i) => i % step === 0),
        labelExpr: `${JSON.stringify(labels)}[floor(datum.value)]`,
      },
      title: one.axis.label,
    };
  };
  const x = { type: "quantitative", ...scaleOf(xs, width - 70) };
  const y = { type: "quantitative", ...scaleOf(ys, height * 1.6) };
  const square = {
    x: { ...x, field: "x" },
    x2: { field: "x2" },
    y: { ...y, field: "y" },
    y2: { field: "y2" },
  };
  const centre = { x: { ...x, field: "cx" }, y: { ...y, field: "cy" } };
  const tooltip = tip(
    ["across", xs.axis.label],
    ["up", ys.axis.label],
    ["name", "Shown"],
    ["said", "Value, %"],
    ["note", "Note"],
  );
  const line = (stroke, strokeWidth) => ({
    mark: { type: "rule", strokeWidth, stroke, strokeCap: "round" },
    encoding: square,
  });
  const roomy = cellWidth > 40 && height / ys.values.length > 20;
  return {
    data: { values },
    height,
    ...(what === "best" ? {} : { resolve: { scale: { color: "independent" } } }),
    layer:
      what === "best"
        ? bestLayers(values, square, centre, tooltip, paper, line, borders(plane), cellWidth)
        : heatLayers(what, list, square, centre, tooltip, line, contour(plane), roomy),
  };
}
function bestLayers(values, square, centre, tooltip, paper, line, edges, cellWidth) {
  const strategies = [...new Set(values.map((row) => row.strategy))].sort((a, b) => a - b);
  const look = lookOf(strategies, paper);
  const named = { color: { ...look.color, field: "name" }, shape: { ...look.shape, field: "name" } };
  const mark = {
    type: "point",
    size: Math.max(20, Math.min(90, cellWidth * 3)),
    opacity: 1,
    strokeWidth: 1.75,
  };
  return [
    { mark: { type: "rect", opacity: 0.3 }, encoding: { ...square, color: named.color, tooltip } },
    ...[true, false].flatMap((filled) => {
      const rows = values.filter((row) => row.open !== filled);
      return rows.length
        ? [{ data: { values: rows }, mark: { ...mark, filled }, encoding: { ...centre, ...named, tooltip } }]
        : [];
    }),
    ...(edges.length ? [{ ...line("var(--ink)", 2.5), data: { values: edges } }] : []),
  ];
}
function heatLayers(what, list, square, centre, tooltip, line, segments, roomy) {
  const most = Math.max(0.01, ...list.map((row) => Math.abs(row.value)));
  const [least, top] = [Math.min(...list.map((row) => row.value)), Math.max(...list.map((row) => row.value))];
  const color =
    what === "difference"
      ? {
          field: "value",
          type: "quantitative",
          title: "Difference",
          scale: { domain: [-most, most], range: HEAT.difference, interpolate: "lab" },
          legend: { format: "+.0%", gradientLength: 200 },
        }
      : {
          field: "value",
          type: "quantitative",
          title: "Accuracy",
          scale: { scheme: "cividis" },
          legend: { format: ".0%", gradientLength: 200 },
        };
  const dark =
    what === "difference"
      ? `abs(datum.value) > ${0.72 * most}`
      : `datum.value < ${least + 0.45 * (top - least)}`;
  const inside = { condition: { test: dark, value: "#ffffff" }, value: "#111111" };
  return [
    { mark: { type: "rect", stroke: null }, encoding: { ...square, color, tooltip } },
    // Black on white: seen on the dark and on the bright.
    ...(segments.length
      ? [
          ["#ffffff", 5],
          ["#000000", 2],
        ].map(([colour, size]) => ({ ...line(colour, size), data: { values: segments } }))
      : []),
    ...(roomy
      ? [
          {
            mark: { type: "text", fontSize: 11 },
            encoding: { ...centre, text: { field: "said" }, color: inside },
          },
        ]
      : []),
    {
      mark: { type: "point", filled: false, strokeWidth: 1.2, size: 30, yOffset: roomy ? 13 : 0 },
      encoding: {
        ...centre,
        color: inside,
        opacity: { condition: { test: "datum.open", value: 1 }, value: 0 },
      },
    },
  ];
}

/** Blue through white to orange: told apart by every kind of colour vision. */
const HEAT = { difference: ["#2166ac", "#92b9d8", "#f7f7f7", "#eda866", "#b35806"] };
