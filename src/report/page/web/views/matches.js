// Matches to read: a tree of questions, each marked with what happened there; the error that decided stands out.

const MARKS = {
  challenged: ["⚑", "challenged"],
  conceded: ["⚐", "challenger conceded"],
  verified: ["✓", "checked"],
  combined: ["Σ", "recombined"],
  erred: ["✗", "overseer erred"],
  unchecked: ["○", "not checked"],
  abstained: ["–", "no answer"],
};
const SHOWN = {
  all: () => true,
  wrong: (match) => !match.right,
  right: (match) => match.right,
  erred: (match) => anywhere(match.root, (node) => node.marks.includes("erred")),
  challenged: (match) => anywhere(match.root, (node) => node.marks.includes("challenged")),
};
const anywhere = (node, test) => test(node) || node.children.some((child) => anywhere(child, test));

view({
  id: "matches",
  title: "Matches",
  lead: "One match as a tree of questions. Open a question to read who claimed, challenged, checked and erred.",
  has: () => data.matches.length > 0,
  build(root) {
    const which = option("Show", "match filter", [
      ["all", "all matches"],
      ["wrong", "wrong verdicts"],
      ["right", "right verdicts"],
      ["erred", "with an error of the overseer"],
      ["challenged", "with a challenged claim"],
    ]);
    const pick = chooser([
      groupField,
      strategyField,
      ...dimensions.map(dimensionField),
      {
        key: "match",
        label: "Match",
        of: (row) => row.index,
        text: (index) => {
          const match = data.matches[index];
          return `trial ${match.trial}, replicate ${match.replicate}: ${match.verdict} (${match.right ? "right" : "wrong"})`;
        },
      },
    ]);
    const tree = h("div", { class: "match" });
    const open = (on) =>
      tree.querySelectorAll("details").forEach((one) => {
        one.open = on;
      });
    const find = button("Go to the deciding error", () => {
      const node = tree.querySelector(".deciding");
      for (let up = node; up && up !== tree; up = up.parentElement)
        if (up.tagName === "DETAILS") up.open = true;
      (node.querySelector("summary") ?? node).focus();
      node.scrollIntoView({ block: "center" });
    });
    const buttons = h(
      "div",
      { class: "savers" },
      button("Open all", () => open(true)),
      button("Close all", () => open(false)),
      find,
    );
    const joined = data.matches.map((match, index) => {
      const { group, strategy, point, id } = data.cells[match.cell] ?? {
        group: -1,
        strategy: -1,
        point: [],
        id: "",
      };
      return { ...match, index, group, strategy, point, id };
    });
    const rows = table("matches", [
      strategyColumn(),
      ...placeColumns(),
      { title: "Replicate", field: "replicate", number: true, value: (row) => row.replicate },
      { title: "Trial", field: "trial", number: true, value: (row) => row.trial },
      { title: "True answer", field: "truth", value: (row) => row.truth },
      { title: "Verdict", field: "verdict", value: (row) => row.verdict },
      { title: "Right", field: "right", value: (row) => (row.right ? "✓ right" : "✗ wrong") },
      { title: "Cell", field: "cell", file: true, value: (row) => row.id },
    ]);
    const none = h("p", { class: "note", hidden: true }, "No match is like that.");
    root.append(
      controls(which.element, pick.elements),
      none,
      buttons,
      tree,
      folded("Table of these matches", rows),
      savers("matches", null, rows),
    );
    return {
      tables: [rows],
      draw() {
        const list = joined.filter(SHOWN[which.value()]);
        const [match] = pick.pick(list);
        none.hidden = Boolean(match);
        buttons.hidden = tree.hidden = !match;
        if (match) tree.replaceChildren(...matchParts(match));
        find.hidden = !tree.querySelector(".deciding");
        rows.update(list, `${whole(list.length)} of ${whole(joined.length)} matches`);
      },
    };
  },
});

function matchParts(match) {
  const right = h("strong", { class: match.right ? "right" : "wrong" }, match.right ? "✓ right" : "✗ wrong");
  return [
    h("p", { class: "outcome" }, `Verdict ${match.verdict}: `, right, `. The true answer is ${match.truth}.`),
    match.id
      ? h(
          "p",
          { class: "note" },
          "Cell ",
          h("code", {}, match.id),
          `, replicate ${match.replicate}, trial ${match.trial}`,
        )
      : null,
    h("ul", { class: "tree" }, nodeItem(match.root, true, match.truth)),
  ].filter(Boolean);
}

/** A question, open where it leads to the deciding error; `truth`: its true answer, where that is known. */
function nodeItem(node, isRoot, truth) {
  const leads = anywhere(node, (one) => one.deciding);
  const head = [
    h("span", { class: "question" }, node.question),
    h(
      "span",
      { class: node.right ? "answer right" : "answer wrong" },
      `${node.verdict} ${node.right ? "✓ right" : "✗ wrong"}`,
    ),
    ...node.marks
      .filter((mark) => MARKS[mark])
      .map((mark) =>
        h(
          "span",
          { class: `mark ${mark}` },
          h("span", { "aria-hidden": "true" }, MARKS[mark][0]),
          ` ${MARKS[mark][1]}`,
        ),
      ),
    node.deciding
      ? h("span", { class: "mark decided" }, h("span", { "aria-hidden": "true" }, "◆"), " deciding error")
      : null,
  ];
  const kind =
    [node.deciding ? "deciding" : null, leads && !node.deciding ? "leads" : null].filter(Boolean).join(" ") ||
    null;
  const lines = node.lines.length
    ? h(
        "ol",
        { class: "lines" },
        node.lines.map((line) => h("li", {}, line)),
      )
    : null;
  const children = node.children.length
    ? h(
        "ul",
        {},
        node.children.map((child) => nodeItem(child, false)),
      )
    : null;
  if (!lines && !children && !node.exposure)
    return h("li", { class: kind, tabindex: node.deciding ? "-1" : null }, h("div", { class: "leaf" }, head));
  const details = h(
    "details",
    { class: kind, open: isRoot || leads },
    h("summary", {}, head),
    lines,
    children,
  );
  if (node.exposure) {
    // A picture is drawn when it is first seen.
    const draw = () => {
      if (!details.open) return;
      details.removeEventListener("toggle", draw);
      details.firstElementChild.after(exposureParts(node.exposure, truth, node.verdict));
    };
    details.addEventListener("toggle", draw);
    draw();
  }
  return h("li", {}, details);
}
