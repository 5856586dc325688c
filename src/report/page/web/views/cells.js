// Every cell, to search and to take away.

view({
  id: "cells",
  title: "All cells",
  lead: "Every cell of the tournament. Words in the search box must all occur in a row.",
  has: () => data.cells.length > 0,
  build(root) {
    const rows = table("cells", cellColumns());
    root.append(savers("cells", null, rows), rows.element);
    return { tables: [rows], draw: () => rows.update(data.cells, `${whole(data.cells.length)} cells`) };
  },
});

function cellColumns() {
  return [
    strategyColumn(),
    ...placeColumns(),
    ...measures.flatMap((measure) => [
      {
        title: titled(measure),
        field: measure.name,
        number: true,
        doc: measure.doc,
        value: (row) => (played(row) ? measure.of(row) : null),
        text: (row) => (played(row) ? measure.text(measure.of(row)) : NONE),
      },
      ...(measure === accuracyMeasure
        ? intervalColumns(percent, (row) => (played(row) ? row.interval : undefined), "accuracy")
        : []),
    ]),
    {
      title: "Chance, %",
      field: "chance",
      number: true,
      value: (row) => row.chance,
      text: (row) => percent(row.chance),
    },
    ...trialColumns(),
    ...(data.cells.some((cell) => cell.id)
      ? [{ title: "Id", field: "id", code: true, value: (row) => row.id }]
      : []),
  ];
}
