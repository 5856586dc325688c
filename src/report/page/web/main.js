// The page: views and the way to them, the theme, printing, and what is added to the provenance.

const there = views.filter((one) => one.has());
const main = document.getElementById("main");
const provenance = document.getElementById("provenance");
const pages = [];

for (const one of there) {
  const heading = h("h2", { id: `title-${one.id}`, tabindex: "-1" }, one.title);
  const section = h(
    "section",
    { id: one.id, class: "view", "aria-labelledby": heading.id, hidden: true },
    heading,
    h("p", { class: "lead" }, one.lead),
  );
  main.insertBefore(section, provenance);
  pages.push({ id: one.id, title: one.title, section, heading, build: one.build, built: null, drawn: -1 });
}
pages.push({
  id: "provenance",
  title: "Provenance",
  section: provenance,
  heading: document.getElementById("title-provenance"),
  build: () => ({ tables: [], draw() {} }),
  built: null,
  drawn: -1,
});

// -- the way to views

const links = pages.map((page) => h("a", { href: `#${page.id}` }, page.title));
document.getElementById("nav").append(
  h(
    "ul",
    {},
    links.map((link) => h("li", {}, link)),
  ),
);
let current = null;

function show(page, focus) {
  current = page;
  pages.forEach((one, i) => {
    one.section.hidden = one !== page;
    if (one === page) links[i].setAttribute("aria-current", "page");
    else links[i].removeAttribute("aria-current");
  });
  // By hand: to scroll an element into view would move the place from which Tab goes on.
  const [link, bar] = [links[pages.indexOf(page)], document.getElementById("nav")];
  const middle = (one) => one.getBoundingClientRect().left + one.clientWidth / 2;
  bar.scrollLeft += middle(link) - middle(bar);
  if (!page.built) page.built = page.build(page.section);
  page.section.classList.add("opened");
  draw();
  document.title = `${page.title} · ${data.title}`;
  if (focus) {
    page.heading.focus({ preventScroll: true });
    window.scrollTo(0, Math.min(window.scrollY, document.querySelector(".frame").offsetTop));
  }
}
function draw() {
  if (current.drawn === selection) return;
  current.drawn = selection;
  current.built.draw();
}
redraw = draw;
const asked = () => pages.find((page) => `#${page.id}` === location.hash);
window.addEventListener("hashchange", () => {
  const page = asked();
  if (page) show(page, true);
});

// -- the theme: the system's, unless somebody chose

const THEMES = ["auto", "light", "dark"];
const kept = (() => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
})();
let theme = THEMES.includes(kept) ? kept : "auto";
const themeButton = button(
  "",
  () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("theme", theme);
    } catch {
      /* a page from disk may have no memory */
    }
    setTheme();
  },
  { class: "theme" },
);
function setTheme() {
  document.documentElement.dataset.theme = theme;
  themeButton.textContent = `Theme: ${theme}`;
}
setTheme();
document.querySelector("header").append(themeButton);

// -- provenance: copies and downloads

function copying(id) {
  const source = document.getElementById(id);
  const copy = button(
    "Copy",
    async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(source);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand("copy");
      }
      say("Copied");
      copy.textContent = "Copied";
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 1500);
    },
    { "aria-label": `Copy the ${id}` },
  );
  source.after(
    h(
      "div",
      { class: "savers" },
      copy,
      id === "scenario"
        ? button("Save", () => save("scenario.toml", "application/toml", source.textContent), {
            "aria-label": "Save the scenario",
          })
        : null,
    ),
  );
}
copying("command");
copying("scenario");

/** Rows as they came, for who wants to compute. */
function rawCsv(list) {
  const names = Object.keys(list[0] ?? {});
  return csvOf(
    names,
    list.map((row) =>
      names.map((name) =>
        typeof row[name] === "object" && row[name] !== null ? JSON.stringify(row[name]) : row[name],
      ),
    ),
  );
}
const raw = [
  ["rounds", data.rounds],
  ["pairs", data.pairs],
  ["ratings", data.ratings],
  ["pressure", data.pressure],
  ["incentives", data.incentives],
  ["published", data.published],
].filter(([, list]) => list.length);
document.getElementById("downloads").append(
  h("h3", {}, "Data"),
  h(
    "div",
    { class: "savers" },
    data.cells.length
      ? button("Cells, CSV", () => {
          const rows = table("cells", cellColumns());
          rows.update(data.cells, "cells");
          save("cells.csv", "text/csv", rows.csv());
        })
      : null,
    raw.map(([name, list]) =>
      button(`${name[0].toUpperCase()}${name.slice(1)}, CSV`, () =>
        save(`${name}.csv`, "text/csv", rawCsv(list)),
      ),
    ),
    button("Everything, JSON", () => save("data.json", "application/json", JSON.stringify(data, null, 1))),
  ),
);

// -- printing: what was opened, with whole tables

let unfolded = [];
window.addEventListener("beforeprint", () => {
  const opened = pages.filter((page) => page.built);
  opened.forEach((page) => page.built.tables.forEach((rows) => rows.print(true)));
  unfolded = opened.flatMap((page) => [...page.section.querySelectorAll("details.data:not([open])")]);
  unfolded.forEach((one) => {
    one.open = true;
  });
});
window.addEventListener("afterprint", () => {
  pages
    .filter((page) => page.built)
    .forEach((page) => page.built.tables.forEach((rows) => rows.print(false)));
  unfolded.forEach((one) => {
    one.open = false;
  });
});

show(asked() ?? pages[0], false);
