// Tables: sorted by a click on a heading, filtered and paged where long, and written out as CSV or Markdown.

const PAGE = 50;
const PRINTED_MAX = 500;

const csvField = (value) => {
  const text = missing(value) ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};
const markdownField = (text) =>
  String(text).replace(/[\\|]/g, "\\$&").replace(/</g, "&lt;").replace(/\s+/g, " ");

/** Lines of CSV from (name, values of a row). */
function csvOf(names, rows) {
  return [names, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n") + "\r\n";
}

/**
 * A table of rows. A column: `title`; `value` of a row, for sorting and CSV; `text` of it, for people;
 * `number`, `code` and `prose`, how it is set; `mark`, an element before the text; `file`, only in CSV; `head`, it names the row; `field`, its name in CSV.
 */
function table(name, columns) {
  const shown = columns.filter((column) => !column.file);
  let all = [],
    sorted = [],
    key = null,
    down = false,
    page = 0,
    size = PAGE;
  const caption = h("caption");
  const body = h("tbody");
  const heads = shown.map((column) => {
    const sort = button(column.title, () => order(column), column.doc ? { title: column.doc } : {});
    return h("th", { scope: "col", class: column.number ? "number" : null }, sort);
  });
  const grid = h("table", {}, caption, h("thead", {}, h("tr", {}, heads)), body);
  const frame = h(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": `Table: ${name}` },
    grid,
  );
  const find = h("input", {
    type: "search",
    oninput: () => {
      page = 0;
      fill();
    },
  });
  const count = h("span", { class: "count" });
  const before = button("Previous", () => {
    page -= 1;
    fill();
  });
  const after = button("Next", () => {
    page += 1;
    fill();
  });
  const bar = h("div", { class: "pager" }, h("label", {}, "Find in table ", find), before, count, after);
  const element = h("div", { class: "table" }, bar, frame);

  const textOf = (column, row) => (column.text ? column.text(row) : String(column.value(row) ?? NONE));

  function order(column) {
    down = key === column ? !down : Boolean(column.number);
    key = column;
    page = 0;
    sort();
    fill();
    say(`Sorted by ${column.title}, ${down ? "descending" : "ascending"}`);
  }
  function sort() {
    sorted = [...all];
    if (!key) return;
    const compare = (a, b) => {
      const [x, y] = [key.value(a), key.value(b)];
      if (missing(x) || missing(y)) return missing(x) - missing(y);
      const less = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
      return down ? -less : less;
    };
    sorted.sort(compare);
  }
  function found() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return sorted;
    const line = (row) =>
      shown
        .map((column) => textOf(column, row))
        .join("\n")
        .toLowerCase();
    return sorted.filter((row) => {
      const text = line(row);
      return words.every((word) => text.includes(word));
    });
  }
  function fill() {
    const rows = found();
    const pages = Math.max(1, Math.ceil(rows.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const [from, to] = [page * size, Math.min((page + 1) * size, rows.length)];
    body.replaceChildren(
      ...rows.slice(from, to).map((row) =>
        h(
          "tr",
          {},
          shown.map((column) => cell(column, row)),
        ),
      ),
    );
    bar.hidden = all.length <= PAGE;
    count.textContent = rows.length
      ? `${whole(from + 1)} to ${whole(to)} of ${whole(rows.length)}`
      : "nothing found";
    before.disabled = page === 0;
    after.disabled = page === pages - 1;
    heads.forEach((head, i) => {
      if (shown[i] === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }
  function cell(column, row) {
    const tag = column.head ? "th" : "td";
    const kind = ["number", "code", "prose"].find((one) => column[one]);
    return h(
      tag,
      { scope: column.head ? "row" : null, class: kind },
      column.mark?.(row),
      textOf(column, row),
    );
  }
  return {
    element,
    update(rows, title) {
      all = rows;
      caption.textContent = title;
      page = 0;
      sort();
      fill();
    },
    /** As many rows as paper takes, or a page of them. */
    print(on) {
      size = on ? PRINTED_MAX : PAGE;
      fill();
    },
    csv: () =>
      csvOf(
        columns.map((column) => column.field ?? column.title),
        sorted.map((row) => columns.map((column) => column.value(row))),
      ),
    markdown() {
      const line = (fields) => `| ${fields.map(markdownField).join(" | ")} |`;
      const rule = `|${shown.map((column) => (column.number ? " ---: " : " --- ")).join("|")}|`;
      const rows = sorted.map((row) => line(shown.map((column) => textOf(column, row))));
      return [
        `${caption.textContent}`,
        "",
        line(shown.map((column) => column.title)),
        rule,
        ...rows,
        "",
      ].join("\n");
    },
  };
}

/** The column that names a strategy. */
const strategyColumn = (of = (row) => row.strategy) => ({
  title: "Strategy",
  field: "strategy",
  head: true,
  value: (row) => strategyName(of(row)),
  mark: (row) => glyph(of(row)),
});
/** Columns of an interval, which is one for people and two in a file. */
const intervalColumns = (text, of = (row) => row.interval, name = "interval") => [
  {
    title: "95 % interval",
    number: true,
    value: (row) => of(row)?.[0],
    field: `${name}_low`,
    text: (row) => range(of(row), text),
  },
  { title: "high", field: `${name}_high`, file: true, value: (row) => of(row)?.[1] },
];
/** Columns that say which cell a row is of. */
const placeColumns = (cellOf = (row) => row) => [
  {
    title: "Task",
    field: "task",
    file: data.groups.length < 2,
    value: (row) => data.groups[cellOf(row).group]?.task,
  },
  {
    title: "Overseer",
    field: "overseer",
    file: data.groups.length < 2,
    value: (row) => data.groups[cellOf(row).group]?.overseer,
  },
  ...dimensions.map((one) => ({
    title: one.label,
    number: one.numeric,
    value: (row) => (one.numeric ? one.number(one.of(cellOf(row))) : one.text(one.of(cellOf(row)))),
    text: (row) => one.text(one.of(cellOf(row))),
  })),
];

// How much a row rests on: its trials, and why it has none where some cell failed.
function trialColumns() {
  return [
    {
      title: "Trials",
      field: "trials",
      number: true,
      value: (row) => row.trials,
      text: (row) => whole(row.trials),
    },
    ...(data.cells.some((cell) => !played(cell))
      ? [
          {
            title: "Failed",
            field: "failed",
            prose: true,
            value: (row) => row.failed,
            text: (row) => row.failed ?? "",
          },
        ]
      : []),
  ];
}
