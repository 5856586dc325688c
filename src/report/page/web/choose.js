// Selectors. Each offers only what the earlier ones leave, so that no choice leads nowhere; choices hold over views.

const groupField = { key: "group", label: "Task and overseer", of: (row) => row.group, text: groupName };
const strategyField = { key: "strategy", label: "Strategy", of: (row) => row.strategy, text: strategyName };
/** A dimension of the sweep; until somebody chooses, its middle value. */
const dimensionField = (one) => ({ ...one, preferred: (values) => values[Math.floor(values.length / 2)] });

/** A selector with its label. `set(options, value)` takes [[value, text]]. */
function selector(label, changed) {
  const select = h("select", { onchange: () => changed(select.selectedOptions[0].key) });
  const element = h("label", { class: "choice" }, h("span", {}, label), select);
  return {
    element,
    set(options, value) {
      const made = options.map(([key, text]) =>
        Object.assign(h("option", { selected: key === value }, text), { key }),
      );
      const same =
        select.options.length === made.length && made.every((one, i) => one.text === select.options[i].text);
      if (same)
        made.forEach((one, i) => {
          select.options[i].key = one.key;
          select.options[i].selected = one.selected;
        });
      else select.replaceChildren(...made);
      element.hidden = options.length < 2;
    },
  };
}

/** A selector of one of several ways to look; `value()` is the chosen one. */
function option(label, key, options) {
  const one = selector(label, (value) => {
    chosen.set(key, value);
    selected();
  });
  const value = () => {
    const list = typeof options === "function" ? options() : options;
    const known = list.find(([k]) => k === chosen.get(key)) ?? list[0];
    one.set(list, known?.[0]);
    return known?.[0];
  };
  return { element: one.element, value };
}

/** Selectors of fields of rows. `pick(rows)` gives the rows that are left when all have chosen. */
function chooser(fields) {
  const made = fields.map((field) =>
    selector(field.label, (value) => {
      chosen.set(field.key, value);
      selected();
    }),
  );
  return {
    elements: made.map((one) => one.element),
    pick(rows, skip = []) {
      let left = rows;
      fields.forEach((field, i) => {
        if (skip.includes(field.key)) {
          made[i].element.hidden = true;
          return;
        }
        const values = [...new Set(left.map(field.of))].sort((a, b) => a - b);
        const value = values.includes(chosen.get(field.key))
          ? chosen.get(field.key)
          : (field.preferred?.(values) ?? values[0]);
        made[i].set(
          values.map((v) => [v, field.text(v)]),
          value,
        );
        left = left.filter((row) => field.of(row) === value);
      });
      return left;
    },
  };
}

/** Buttons that show and hide strategies; also what the colours and shapes mean. */
function strategyButtons() {
  const element = h("div", { class: "chips", role: "group", "aria-label": "Strategies shown" });
  const made = data.strategies.map((name, strategy) =>
    button(
      [glyph(strategy), h("span", {}, name)],
      () => {
        if (!hidden.delete(strategy)) hidden.add(strategy);
        selected();
      },
      { class: "chip" },
    ),
  );
  const all = button(
    "all",
    () => {
      hidden.clear();
      selected();
    },
    { class: "chip plain" },
  );
  element.append(...made, all);
  return {
    element,
    /** Offers those that are there, and gives the ones that are shown. */
    sync(rows) {
      const there = new Set(rows.map((row) => row.strategy));
      made.forEach((one, strategy) => {
        one.hidden = !there.has(strategy);
        one.setAttribute("aria-pressed", String(!hidden.has(strategy)));
      });
      all.hidden = hidden.size === 0;
      return [...there].filter((strategy) => !hidden.has(strategy)).sort((a, b) => a - b);
    },
  };
}

const controls = (...elements) => h("div", { class: "controls" }, elements.flat());
const played = (cell) => cell.failed == null;
