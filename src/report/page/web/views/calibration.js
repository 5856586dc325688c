// How confidences hold: of the verdicts that were given with so much confidence, how many are right.

view({
  id: "calibration",
  title: "Calibration",
  lead: "A reliability diagram: on the diagonal, confidence is what it promises; below it, overconfident. Bars count the verdicts of each bin.",
  has: () => data.calibration.some((row) => row.bins.length > 0),
  build(root) {
    const pick = chooser([groupField, strategyField, ...dimensions.map(dimensionField)]);
    const chart = plot("calibration");
    const counts = plot("calibration counts");
    const scores = h("dl", { class: "facts row" });
    const rows = table("calibration", [
      {
        title: "Mean confidence, %",
        field: "confidence",
        number: true,
        value: (bin) => bin.confidence,
        text: (bin) => percent(bin.confidence),
      },
      {
        title: "Right, %",
        field: "right_share",
        number: true,
        value: (bin) => bin.share,
        text: (bin) => percent(bin.share),
      },
      {
        title: "Right",
        field: "right",
        number: true,
        value: (bin) => bin.right,
        text: (bin) => whole(bin.right),
      },
      {
        title: "Verdicts",
        field: "trials",
        number: true,
        value: (bin) => bin.trials,
        text: (bin) => whole(bin.trials),
      },
    ]);
    root.append(
      controls(pick.elements),
      scores,
      chart.element,
      counts.element,
      savers("calibration", chart, rows),
      folded("Table of these bins", rows, true),
    );
    const joined = placed(data.calibration.filter((row) => row.bins.length > 0));
    return {
      tables: [rows],
      draw() {
        const [one] = pick.pick(joined);
        const bins = one
          ? one.bins.map((bin) => ({ ...bin, share: bin.right / Math.max(1, bin.trials) }))
          : [];
        const where = one ? `${strategyName(one.strategy)}; ${placeName(one)}` : "nothing here";
        scores.replaceChildren(
          ...(one
            ? [
                ["Expected calibration error", short(one.ece)],
                ["Brier score", short(one.brier)],
                ["Log loss", missing(one.log_loss) ? NONE : `${short(one.log_loss)} nats`],
              ]
            : []
          ).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
        );
        chart.draw(bins.length ? (width) => reliabilitySpec(bins, one.strategy, width) : null, where);
        counts.draw(
          bins.length ? (width) => countsSpec(bins, one.strategy, width) : null,
          `Verdicts by confidence; ${whole(bins.reduce((sum, bin) => sum + bin.trials, 0))} in all`,
        );
        rows.update(bins, where);
      },
    };
  },
});

/** Both charts: near to square. */
const CALIBRATION_WIDTH = 480;

const confidenceAxis = {
  field: "confidence",
  type: "quantitative",
  scale: { domain: [0, 1] },
  axis: { format: ".0%", tickCount: 5 },
};

function reliabilitySpec(bins, strategy, width) {
  const y = {
    field: "share",
    type: "quantitative",
    title: "Right verdicts",
    scale: { domain: [0, 1] },
    axis: { format: ".0%", tickCount: 5, minExtent: 44 },
  };
  const x = { ...confidenceAxis, title: "Mean confidence" };
  const colour = colourOf(strategy);
  return {
    data: { values: bins },
    width: Math.min(width, CALIBRATION_WIDTH),
    height: Math.min(380, width * 0.8),
    layer: [
      {
        data: {
          values: [
            { confidence: 0, share: 0 },
            { confidence: 1, share: 1 },
          ],
        },
        mark: { type: "line", strokeDash: [4, 4], stroke: "var(--muted)", strokeWidth: 1 },
        encoding: { x, y },
      },
      { mark: { type: "line", stroke: colour, strokeWidth: 1.75 }, encoding: { x, y } },
      {
        mark: { type: "point", filled: true, fill: colour, shape: shapeOf(strategy), opacity: 1 },
        encoding: {
          x,
          y,
          size: { field: "trials", type: "quantitative", scale: { range: [40, 260] }, legend: null },
          tooltip: tip(
            ["confidence", "Mean confidence", ".1%"],
            ["share", "Right", ".1%"],
            ["trials", "Verdicts", ",d"],
          ),
        },
      },
    ],
  };
}
function countsSpec(bins, strategy, width) {
  return {
    data: { values: bins },
    width: Math.min(width, CALIBRATION_WIDTH),
    height: 70,
    mark: {
      type: "bar",
      width: Math.max(6, Math.min(width, CALIBRATION_WIDTH) / 34),
      fill: colourOf(strategy),
    },
    encoding: {
      x: { ...confidenceAxis, title: null },
      y: {
        field: "trials",
        type: "quantitative",
        title: "Verdicts",
        axis: { tickCount: 3, format: "~s", minExtent: 44 },
      },
      tooltip: tip(["confidence", "Mean confidence", ".1%"], ["trials", "Verdicts", ",d"]),
    },
  };
}
