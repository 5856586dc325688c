// A picture and the pixels of it that were shown: each outlined, with the number of its move beside it.

const SIDE = 28;
/** Half the width of a number's badge, in pixels of the picture. */
const BADGE = 0.85;

/** An element of a drawing. */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
}

const rowOf = (at) => Math.floor(at / SIDE);
const columnOf = (at) => at % SIDE;

/** How much ink each pixel has, 0 to 255. */
const inkOf = (picture) =>
  Array.from({ length: SIDE * SIDE }, (_, at) => Number.parseInt(picture.slice(2 * at, 2 * at + 2), 16) || 0);

const pixel = (at, attributes) =>
  svg("rect", { x: columnOf(at), y: rowOf(at), width: 1, height: 1, ...attributes });

/** A side's badge: who shows first has a circle, who shows second a square, chance a diamond. */
function badge(look, x, y) {
  if (look === "first") return svg("circle", { class: "badge", cx: x, cy: y, r: BADGE });
  const turned = look === "chance" ? { transform: `rotate(45 ${x} ${y})` } : {};
  const half = 0.92 * BADGE;
  return svg("rect", {
    class: "badge",
    x: x - half,
    y: y - half,
    width: 2 * half,
    height: 2 * half,
    ...turned,
  });
}

const centre = (at) => [columnOf(at) + 0.5, rowOf(at) + 0.5];
const apart = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
/** Whether two lines between ends cross. */
function cross(p, q, r, s) {
  const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  return side(p, q, r) !== side(p, q, s) && side(r, s, p) !== side(r, s, q);
}
/** Where a number may stand, seen from its pixel. */
const SPOTS = [2, 2.8, 3.8, 5].flatMap((far) =>
  Array.from({ length: 16 }, (_, turn) => {
    const angle = ((turn - 2) * Math.PI) / 8;
    return [far * Math.cos(angle), far * Math.sin(angle)];
  }),
);

/**
 * Where the numbers go: near their pixels, over no shown pixel, number or line to one, and over little ink. Each is
 * placed again when all others are there.
 */
function badgePlaces(shown, ink) {
  const centres = shown.map(({ at }) => centre(at));
  const placed = [];
  const room = BADGE + 0.3;
  const cost = (move, spot) => {
    const from = centres[move];
    const line = [0.35, 0.5, 0.65, 0.8].map((t) => from.map((one, i) => one + t * (spot[i] - one)));
    const covers = ([a, b]) => Math.max(Math.abs(spot[0] - a), Math.abs(spot[1] - b)) < room + 0.5;
    const crosses = ([a, b]) =>
      line.some(([x, y]) => Math.max(Math.abs(x - a), Math.abs(y - b)) < 0.6) && apart(from, [a, b]) > 0;
    const meets = (other, at) =>
      at !== move &&
      (apart(spot, other) < 2 * room ||
        cross(from, spot, centres[at], other) ||
        line.some((one) => apart(one, other) < room));
    const outside = spot.some((one) => one < room - 1 || one > SIDE + 1 - room);
    const bad = centres.filter((one) => covers(one) || crosses(one)).length + placed.filter(meets).length;
    const under = ink[Math.floor(spot[1]) * SIDE + Math.floor(spot[0])] ?? 0;
    return (outside ? 100 : 0) + 10 * bad + apart(from, spot) + under / 128;
  };
  for (let pass = 0; pass < 3; pass += 1)
    centres.forEach(([x, y], move) => {
      const spots = SPOTS.map(([across, down]) => [x + across, y + down]);
      const costs = spots.map((spot) => cost(move, spot));
      placed[move] = spots[costs.indexOf(Math.min(...costs))];
    });
  return placed;
}

/** A picture; `looks` says of each shown pixel whose it is. `draw(step, whole)`: as it is after so many moves. */
function picture(exposure, looks) {
  const ink = inkOf(exposure.picture);
  const strength = (at) => ({ class: "ink", "fill-opacity": ((ink[at] ?? 0) / 255).toFixed(3) });
  const faint = svg(
    "g",
    { class: "faint" },
    ink.flatMap((one, at) => (one > 0 ? [pixel(at, strength(at))] : [])),
  );
  const spots = badgePlaces(exposure.shown, ink);
  const moves = exposure.shown.map(({ at }, move) => {
    const [x, y] = spots[move].map((one) => Number(one.toFixed(2)));
    const attributes = { class: `shown ${looks[move]}` };
    const outline = svg("g", attributes, [
      pixel(at, { class: "ground" }),
      pixel(at, strength(at)),
      pixel(at, { class: "outline" }),
    ]);
    const from = centre(at);
    const length = apart(from, [x, y]);
    // The line starts at the pixel's edge.
    const start = from.map((one, i) => (one + (0.72 * ([x, y][i] - one)) / length).toFixed(2));
    const number = svg("g", attributes, [
      svg("line", { x1: start[0], y1: start[1], x2: x, y2: y }),
      badge(looks[move], x, y),
      svg("text", { x, y: y + 0.42 }, String(move + 1)),
    ]);
    return [outline, number];
  });
  const ground = svg("rect", { class: "board", width: SIDE, height: SIDE });
  const outlines = moves.map(([outline]) => outline);
  const numbers = moves.map(([, number]) => number);
  const element = svg(
    "svg",
    { class: "picture", viewBox: `-1 -1 ${SIDE + 2} ${SIDE + 2}`, role: "img" },
    ground,
    faint,
    outlines,
    numbers,
  );
  return {
    element,
    draw(step, whole) {
      faint.toggleAttribute("hidden", !whole);
      ground.classList.toggle("blank", !whole);
      moves.forEach((parts, move) =>
        parts.forEach((part) => {
          part.toggleAttribute("hidden", move >= step);
          part.classList.toggle("now", move === step - 1);
        }),
      );
    },
  };
}
