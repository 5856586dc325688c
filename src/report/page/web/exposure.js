// What a judge was shown of a picture, move by move, and what it thought then.

const LABELS = 10;
/** Whether the picture is seen as the judge sees it: holds over matches. */
let asJudge = false;
let exposuresMade = 0;

/** The elements of a question's exposure; `truth` where it is known. */
function exposureParts(exposure, truth, verdict) {
  const { shown } = exposure;
  const sides = sidesOf(exposure);
  const sideOf = (move) => sides.find((side) => side.shows && side.by === (move.by ?? null));
  const words = (move) =>
    `${sideOf(move).name} shows row ${rowOf(move.at)}, column ${columnOf(move.at)}, ink ${ink[move.at] ?? NONE}`;
  const ink = inkOf(exposure.picture);
  const drawing = picture(
    exposure,
    shown.map((move) => sideOf(move).look),
  );
  const belief = beliefTable(sides, truth, verdict);
  const slider = h("input", {
    type: "range",
    min: "0",
    max: String(shown.length),
    value: String(shown.length),
    disabled: shown.length === 0,
    oninput: draw,
  });
  const at = h("p", { class: "at" });
  const count = h("span", { class: "of" });
  const blind = h("p", { class: "note" }, "The judge is told neither who shows what nor in which order.");

  function draw() {
    const step = Number(slider.value);
    const move = shown[step - 1];
    const counted = `move ${step} of ${shown.length}`;
    const told = move ? words(move) : shown.length ? "nothing is shown yet" : "nothing was shown";
    count.textContent = counted;
    at.textContent = `${counted[0].toUpperCase()}${counted.slice(1)}: ${told}.`;
    slider.setAttribute("aria-valuetext", `${counted}: ${told}`);
    drawing.draw(step, !asJudge);
    blind.hidden = !asJudge;
    const past = shown.slice(0, step).map((one, i) => ` Move ${i + 1}: ${words(one)}.`);
    drawing.element.setAttribute(
      "aria-label",
      `Picture of ${SIDE} by ${SIDE} pixels, ${asJudge ? "as the judge sees it: only what was shown" : "the whole of it faint, and what was shown strong"}.${past.join("") || " Nothing is shown."}`,
    );
    belief.draw(move, step, shown.length);
  }

  exposuresMade += 1;
  const name = `exposure ${exposuresMade}`;
  const way = (label, judge) =>
    h(
      "label",
      {},
      h("input", {
        type: "radio",
        name,
        checked: asJudge === judge,
        onchange: () => {
          asJudge = judge;
          draw();
        },
      }),
      label,
    );
  draw();
  return h(
    "div",
    { class: "exposure", role: "group", "aria-label": "What was shown of the picture" },
    controls(
      h(
        "fieldset",
        { class: "choice ways" },
        h("legend", {}, "Picture"),
        way("the whole picture", false),
        way("as the judge sees it", true),
      ),
      h(
        "label",
        { class: "choice moves" },
        h("span", {}, "Moves shown"),
        h("span", { class: "slide" }, slider, count),
      ),
    ),
    at,
    h("div", { class: "beside" }, h("div", {}, drawing.element, legend(sides), blind), belief.element),
  );
}

/**
 * Who shows, in the order of their first moves, and who only stands for something. `look`: first, second or chance;
 * `stands`: what it stands by.
 */
function sidesOf({ shown, stood }) {
  const showing = [...new Set(shown.map((move) => move.by ?? null))];
  const named = showing.filter((by) => by !== null);
  const quiet = [...new Set(stood.map((one) => one.by))].filter((by) => !named.includes(by));
  return [...showing, ...quiet].map((by) => ({
    by,
    name: by ?? "chance",
    shows: showing.includes(by),
    look: by === null ? "chance" : named.includes(by) ? ["first", "second"][named.indexOf(by) % 2] : "quiet",
    stands: stood.filter((one) => one.by === by).map((one) => one.answer),
  }));
}

/** A side's badge, for running text. */
const sign = (side) =>
  side.shows
    ? svg(
        "svg",
        { class: `sign ${side.look}`, viewBox: "-1.3 -1.3 2.6 2.6", "aria-hidden": "true" },
        badge(side.look, 0, 0),
      )
    : null;

/** Who is who. */
function legend(sides) {
  const role = (side) =>
    [
      { first: "shows first", second: "shows second", chance: "shows" }[side.look],
      side.stands.length ? `stands by ${side.stands.join(" and ")}` : null,
    ]
      .filter(Boolean)
      .join(", ");
  return h(
    "ul",
    { class: "sides" },
    sides.map((side) =>
      h(
        "li",
        {},
        sign(side) ?? h("span", { class: "sign" }),
        h("span", {}, h("strong", {}, side.name), ` ${role(side)}`),
      ),
    ),
  );
}

/** What the judge thinks of each label. `draw(move, step, last)`: after that move; without one, nothing is known. */
function beliefTable(sides, truth, verdict) {
  const rows = Array.from({ length: LABELS }, (_, label) => {
    const text = String(label);
    const standing = sides.filter((side) => side.stands.includes(text));
    const bar = h("span", { class: `bar ${standing[0]?.look ?? "quiet"}` });
    const number = h("td", { class: "number" });
    const remarks = [
      ...standing.map((side) => h("span", { class: "stands" }, sign(side), side.name)),
      text === truth ? h("span", { class: "mark verified" }, "✓ true label") : null,
      text === verdict ? h("span", { class: "mark challenged" }, "verdict") : null,
    ];
    const row = h(
      "tr",
      {},
      h("th", { scope: "row" }, text),
      number,
      h("td", { class: "bars" }, bar),
      h(
        "td",
        {},
        remarks.filter(Boolean).flatMap((one) => [one, " "]),
      ),
    );
    return { bar, number, row };
  });
  // Between two labels that were said beforehand the judge decides, whatever it thinks of the others.
  const said = sides.flatMap((side) => side.stands);
  const decides =
    said.length === 2 && said.every((one) => rows[one])
      ? ` Its verdict is the likelier of ${said.join(" and ")}.`
      : "";
  const caption = h("caption");
  const column = (title, attributes = {}) => h("th", { scope: "col", ...attributes }, title);
  const element = h(
    "table",
    { class: "belief" },
    caption,
    h(
      "thead",
      {},
      h("tr", {}, column("Label"), column("Belief, %", { colspan: 2 }), column("Who stands by it")),
    ),
    h(
      "tbody",
      {},
      rows.map(({ row }) => row),
    ),
  );
  return {
    element,
    draw(move, step, last) {
      caption.textContent = move
        ? `What the judge thinks after move ${step} of ${last}.${decides}`
        : "What the judge thinks before anything is shown is not kept.";
      rows.forEach(({ bar, number }, label) => {
        const share = move ? (move.belief[label] ?? 0) / 1000 : null;
        bar.style.width = `${100 * Math.min(share ?? 0, 1)}%`;
        number.textContent = percent(share);
      });
    },
  };
}
