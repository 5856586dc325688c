// Uses the pages as people do and fails on what they would notice. Called by run.sh: node check.mjs FOLDER.

import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = process.argv[2];
const only = process.argv[3];
// The longest first, so that two browsers share them well.
const SAMPLES = ["large", "distillation", "sweep", "pixels", "plain", "incentives", "empty"];
const VIEWS = {
  plain: ["leaderboard", "cost", "pairs", "published", "cells", "provenance"],
  sweep: ["leaderboard", "sweep", "phase", "cost", "pairs", "cells", "provenance"],
  distillation: [
    "leaderboard",
    "sweep",
    "cost",
    "pairs",
    "rounds",
    "calibration",
    "ratings",
    "matches",
    "cells",
    "provenance",
  ],
  incentives: ["leaderboard", "sweep", "cost", "incentives", "cells", "provenance"],
  pixels: ["leaderboard", "cost", "pairs", "matches", "cells", "provenance"],
  large: ["leaderboard", "sweep", "phase", "cost", "cells", "provenance"],
  empty: ["provenance"],
};
const SCREENS = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
};
/** Screens and themes a sample is seen in: a phone in the dark only where there are most views. */
const looks = (sample) =>
  [
    ["desktop", "light"],
    ["desktop", "dark"],
    ["phone", "light"],
    ["phone", "dark"],
  ].slice(0, { distillation: 4, pixels: 4 }[sample] ?? 3);
const OPEN_MAX_MS = 3000;

let passed = 0,
  failed = 0;
function check(what, holds, found = "") {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED ${what} ${found}`);
  }
}

/** Two browsers, which share the samples: much of the time goes by in waiting. */
const browsers = await Promise.all(
  [0, 1].map(() =>
    puppeteer.launch({
      executablePath: process.env.CHROMIUM,
      args: ["--no-sandbox", "--font-render-hinting=none"],
    }),
  ),
);
const browserOf = new Map(SAMPLES.map((sample) => [sample, browsers[0]]));

/** A page with everything it complains of or asks for. */
async function open(sample, { screen = "desktop", theme = "light", script = true } = {}) {
  const page = await browserOf.get(sample).newPage();
  const troubles = [];
  const address = `file://${path.join(out, "pages", `${sample}.html`)}`;
  page.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== address && !/^(blob|data):/.test(request.url()))
      troubles.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.setViewport(SCREENS[screen]);
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: theme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.setJavaScriptEnabled(script);
  await page.goto(address);
  await page.evaluate("0");
  return { page, troubles };
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const settled = (page) =>
  page.waitForFunction(() => !document.querySelector('section:not([hidden]) [aria-busy="true"]'), {
    timeout: 20000,
  });
async function go(page, id) {
  const start = Date.now();
  await page.evaluate((one) => document.querySelector(`#nav a[href="#${one}"]`).click(), id);
  await page.waitForFunction((one) => !document.getElementById(one).hidden, {}, id);
  await settled(page);
  return Date.now() - start;
}
/** What axe finds; in the dark theme by the rules on colours alone, since nothing else differs there. */
async function violations(page, theme) {
  if (!(await page.evaluate(() => typeof window.axe))?.startsWith("obj")) await page.evaluate(axe);
  const rules = { resultTypes: ["violations"], ...(theme === "dark" ? { runOnly: ["cat.color"] } : {}) };
  const found = await page.evaluate(
    async (rules) =>
      (await window.axe.run(document, rules)).violations.map(
        (one) =>
          `${one.id}: ${one.nodes
            .slice(0, 2)
            .map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ""}`)
            .join(" | ")}`,
      ),
    rules,
  );
  return found;
}

/** Every view in a theme on a screen: drawn, accessible, no wider than the screen. */
async function views(sample, screen, theme) {
  const { page, troubles } = await open(sample, { screen, theme });
  const where = `${sample} ${screen} ${theme}`;
  const links = await page.$$eval("#nav a", (all) => all.map((a) => a.hash.slice(1)));
  check(`${where}: views`, JSON.stringify(links) === JSON.stringify(VIEWS[sample]), links.join());
  for (const id of links) {
    const ms = await go(page, id);
    check(`${where} ${id}: opens in time`, ms < OPEN_MAX_MS, `${ms} ms`);
    const charts = await page.$$eval("section:not([hidden]) figure:not(.empty) .chart", (all) =>
      all.map((one) => one.querySelectorAll("svg path, svg line, svg text").length),
    );
    check(
      `${where} ${id}: charts are drawn`,
      charts.every((marks) => marks > 5),
      charts.join(),
    );
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
    check(`${where} ${id}: fits the screen`, wide <= 0, `${wide} px too wide`);
    const cut = await page.$$eval(
      "section:not([hidden]) .chart",
      (all) =>
        all.filter(
          (one) =>
            one.querySelector("svg") &&
            one.querySelector("svg").getBoundingClientRect().width > one.clientWidth + 1,
        ).length,
    );
    check(`${where} ${id}: charts fit`, cut === 0);
    const found = await violations(page, theme);
    check(`${where} ${id}: accessible`, found.length === 0, found.join("\n   "));
    await page.screenshot({
      path: path.join(out, "pictures", `${sample}-${id}-${screen}-${theme}.png`),
      fullPage: sample !== "large",
    });
  }
  check(`${where}: quiet`, troubles.length === 0, troubles.join("\n   "));
  await page.close();
}

/** Every selector at every choice, every button of a view but those that save. */
async function use(sample) {
  const { page, troubles } = await open(sample);
  for (const id of VIEWS[sample]) {
    await go(page, id);
    const selects = await page.$$eval(`#${id} select`, (all) => all.length);
    for (let i = 0; i < selects; i += 1) {
      const count = await page.$$eval(
        `#${id} select`,
        (all, i) => (all[i].closest("[hidden]") ? 0 : all[i].options.length),
        i,
      );
      for (let j = 0; j < Math.min(count, sample === "large" ? 3 : 6); j += 1) {
        await page.$$eval(
          `#${id} select`,
          (all, i, j) => {
            const s = all[i];
            s.selectedIndex = Math.min(j, s.options.length - 1);
            s.dispatchEvent(new Event("change"));
          },
          i,
          j,
        );
        await settled(page);
        const taken = await page.$$eval(`#${id} select`, (all, i) => all[i].selectedIndex, i);
        check(`${sample} ${id}: selector ${i} takes choice ${j}`, taken === j, String(taken));
      }
    }
    const folded = await page.$$(`#${id} details.data > summary`);
    for (const summary of folded) await summary.click();
    const buttons = await page.$$eval(`#${id} button`, (all) => all.length);
    for (let i = 0; i < Math.min(buttons, 60); i += 1) {
      await page.$$eval(
        `#${id} button`,
        (all, i) => {
          const b = all[i];
          if (
            !b ||
            b.hidden ||
            b.disabled ||
            /save|csv|json/i.test(b.getAttribute("aria-label") ?? b.textContent)
          )
            return;
          b.click();
        },
        i,
      );
      await settled(page);
    }
    const search = await page.$(`#${id} .pager:not([hidden]) input`);
    if (search) {
      await search.type("zzz nothing");
      check(
        `${sample} ${id}: search filters`,
        (await page.$$eval(`#${id} .count`, (all) => all.map((one) => one.textContent))).includes(
          "nothing found",
        ),
      );
    }
    await page.$$eval(`#${id} .chip.plain`, (all) => all.forEach((one) => one.click()));
  }
  check(`${sample}: quiet in use`, troubles.length === 0, [...new Set(troubles)].join("\n   "));
  await page.close();
}

/** What the buttons save. */
async function saves(sample) {
  const { page, troubles } = await open(sample, { theme: "dark" });
  const folder = path.join(out, "saved", sample);
  fs.rmSync(folder, { recursive: true, force: true });
  const client = await page.createCDPSession();
  await client.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: folder,
    eventsEnabled: true,
  });
  let arrived = 0;
  client.on("Browser.downloadProgress", (event) => {
    if (event.state === "completed") arrived += 1;
  });
  let asked = 0;
  for (const id of VIEWS[sample]) {
    await go(page, id);
    const buttons = await page.$$eval(`#${id} button`, (all) =>
      all
        .map((b, i) => [i, b.getAttribute("aria-label") ?? b.textContent])
        .filter(([, label]) => /save|csv|json/i.test(label))
        .map(([i]) => i),
    );
    for (const i of buttons) {
      asked += 1;
      // A real click: browsers hold back files that nobody asked for.
      await (await page.$$(`#${id} button`))[i].click();
      for (let wait = 0; arrived < asked && wait < 100; wait += 1) await pause(30);
      await pause(150);
      if (arrived < asked) {
        check(`${sample} ${id}: button ${i} saves`, false);
        asked = arrived;
      }
    }
  }
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  check(
    `${sample}: each button saves a file`,
    arrived === asked && files.length > 0,
    `${arrived} of ${asked}`,
  );
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    const good = {
      ".svg": () =>
        text.startsWith("<svg") && text.includes("</svg>") && !text.includes("var(") && text.length > 2000,
      ".csv": () => text.trim().split("\r\n").length > 1,
      ".md": () => text.split("\n").filter((line) => line.startsWith("|")).length > 2,
      ".json": () => Object.keys(JSON.parse(text)).length > 3 && !text.includes("var("),
      ".toml": () => text.includes("seed"),
    }[path.extname(file)];
    check(`${sample}: ${file} holds something`, good?.() ?? false, text.slice(0, 80));
  }
  check(`${sample}: quiet while saving`, troubles.length === 0, troubles.join("\n   "));
  await page.close();
}

/** Every view by Tab and Enter alone. */
async function keyboard(sample) {
  const { page, troubles } = await open(sample);
  await page.keyboard.press("Tab");
  check(
    `${sample}: the skip link is first`,
    await page.evaluate(() => document.activeElement.className === "skip"),
  );
  for (const id of VIEWS[sample]) {
    await page.evaluate(() => {
      document.activeElement.blur();
      getSelection().removeAllRanges();
    });
    await page.evaluate(() => document.querySelector(".skip").focus());
    let reached = false;
    for (let i = 0; i < 30 && !reached; i += 1) {
      await page.keyboard.press("Tab");
      reached = await page.evaluate((one) => document.activeElement.hash === `#${one}`, id);
    }
    await page.keyboard.press("Enter");
    await page
      .waitForFunction((one) => document.activeElement.id === `title-${one}`, { timeout: 5000 }, id)
      .catch(() => {});
    await settled(page);
    const focus = await page.evaluate(() => document.activeElement.id);
    check(`${sample} ${id}: by keyboard`, reached && focus === `title-${id}`, focus);
    // From the heading, Tab goes on into the view.
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(
      (one) => document.getElementById(one).contains(document.activeElement),
      id,
    );
    check(`${sample} ${id}: Tab goes into the view`, inside);
  }
  check(`${sample}: quiet under the keyboard`, troubles.length === 0, troubles.join("\n   "));
  await page.close();
}

/** The deciding error is found, opened and focused; a tree opens and closes by keyboard. */
async function tree() {
  const { page } = await open("distillation");
  await go(page, "matches");
  await page.$$eval("#matches select", (all) => {
    const s = all.find((one) => [...one.options].some((o) => o.text === "wrong verdicts"));
    s.value = "wrong verdicts";
    s.dispatchEvent(new Event("change"));
  });
  check(
    "matches: only wrong verdicts",
    (await page.$eval("#matches .outcome", (one) => one.textContent)).includes("wrong"),
  );
  const decided = await page.$$eval("#matches .tree .deciding .mark.decided", (all) => all.length);
  check("matches: one deciding error is marked", decided === 1, String(decided));
  await page.$$eval("#matches button", (all) => all.find((one) => one.textContent === "Close all").click());
  await page.$$eval("#matches button", (all) =>
    all.find((one) => one.textContent === "Go to the deciding error").click(),
  );
  const seen = await page.evaluate(
    () => document.activeElement.closest(".deciding") !== null && document.activeElement.checkVisibility(),
  );
  check("matches: the deciding error has the focus and is seen", seen);
  const before = await page.evaluate(() => document.activeElement.parentElement.open);
  await page.keyboard.press("Enter");
  check(
    "matches: Enter folds",
    before !== (await page.evaluate(() => document.activeElement.parentElement.open)),
  );
  await page.close();
}

/** What is seen of the picture of the open match, and what is said of it. */
const shownPicture = (page) =>
  page.evaluate(() => {
    const one = document.querySelector("#matches .exposure");
    const seen = (selector) =>
      [...one.querySelectorAll(selector)].filter((part) => part.getBoundingClientRect().width > 0);
    return {
      numbers: seen(".picture text").map((text) => text.textContent),
      outlines: seen(".picture .outline").map((part) => part.parentNode.classList[1]),
      badges: seen(".picture .badge").map((part) =>
        part.hasAttribute("transform") ? "turned" : part.tagName,
      ),
      colours: seen(".picture .outline").map((part) => getComputedStyle(part).stroke),
      faint: seen(".picture .faint rect").length,
      shown: seen(".picture .shown .ink").length,
      alt: one.querySelector(".picture").getAttribute("aria-label"),
      value: one.querySelector("input[type=range]").getAttribute("aria-valuetext"),
      says: one.querySelector(".at").textContent,
      caption: one.querySelector("caption").textContent,
      legend: [...one.querySelectorAll(".sides li")].map((item) => item.textContent),
      beliefs: [...one.querySelectorAll("tbody tr")].map((row) => ({
        text: row.innerText.replace(/\s+/g, " ").trim(),
        percent: Number(row.querySelector(".number").textContent),
        bar: row.querySelector(".bar").getBoundingClientRect().width,
        room: row.querySelector(".bars").clientWidth,
      })),
    };
  });

/** A picture that is shown by moves: stepped through by keyboard, as a whole and as the judge sees it. */
async function pictures(screen, theme) {
  const where = `pictures ${screen} ${theme}`;
  const { page, troubles } = await open("pixels", { screen, theme });
  await go(page, "matches");
  const evil = "</script><img src=x onerror=alert(1)>";
  check(`${where}: only the open one is drawn`, (await page.$$(".picture")).length === 1);
  const all = await shownPicture(page);
  check(`${where}: all moves at first`, all.numbers.join() === "1,2,3,4", all.numbers.join());
  check(`${where}: sides take turns`, all.outlines.join() === "first,second,first,second");
  check(`${where}: sides differ in colour`, new Set(all.colours).size === 2, all.colours.join());
  check(`${where}: sides differ without colour`, new Set(all.badges).size === 2, all.badges.join());
  check(`${where}: the whole picture is there`, all.faint > 80, String(all.faint));
  check(
    `${where}: who is who`,
    all.legend.join("|") === `expert shows first, stands by 7|${evil} shows second, stands by 9`,
    all.legend.join("|"),
  );
  check(
    `${where}: the picture in words`,
    [1, 2, 3, 4].every((move) => all.alt.includes(`Move ${move}: `)) &&
      all.alt.includes("expert shows row 23, column 13, ink 255"),
    all.alt,
  );
  const sum = all.beliefs.reduce((sum, { percent }) => sum + percent, 0);
  check(`${where}: ten labels`, all.beliefs.length === 10 && Math.abs(sum - 100) < 0.6, String(sum));
  check(
    `${where}: bars are as long as beliefs`,
    all.beliefs.every(({ bar, room, percent }) => Math.abs(bar / room - percent / 100) < 0.08) &&
      all.beliefs[7].bar > all.beliefs[9].bar,
    JSON.stringify(all.beliefs),
  );
  check(
    `${where}: labels are marked`,
    all.beliefs[7].text.includes("expert ✓ true label verdict") &&
      all.beliefs[9].text.includes(evil) &&
      all.beliefs[0].text.split(" ").length === 2,
    `${all.beliefs[7].text} | ${all.beliefs[9].text} | ${all.beliefs[0].text}`,
  );

  const slider = await page.$("#matches input[type=range]");
  check(
    `${where}: the control has a name`,
    (await slider.evaluate((one) => one.labels[0].textContent)).startsWith("Moves shown"),
  );
  await slider.focus();
  for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  const two = await shownPicture(page);
  check(`${where}: steps back by keyboard`, two.numbers.join() === "1,2" && two.shown === 2);
  check(
    `${where}: says where it is`,
    two.says.startsWith("Move 2 of 4: ") && two.says.includes(evil),
    two.says,
  );
  check(`${where}: the control says so too`, two.value.startsWith("move 2 of 4: "), two.value);
  check(`${where}: words follow`, two.alt.includes("Move 2: ") && !two.alt.includes("Move 3: "), two.alt);
  check(
    `${where}: beliefs follow`,
    two.caption === "What the judge thinks after move 2 of 4. Its verdict is the likelier of 7 and 9." &&
      two.beliefs.some(({ percent }, i) => percent !== all.beliefs[i].percent),
    two.caption,
  );
  await page.keyboard.press("Home");
  const none = await shownPicture(page);
  check(
    `${where}: nothing is shown at first`,
    none.numbers.length === 0 && none.says === "Move 0 of 4: nothing is shown yet." && none.faint > 80,
    none.says,
  );
  check(
    `${where}: no belief is made up`,
    none.beliefs.every(({ text, bar }) => text.includes("–") && bar === 0),
  );
  await page.keyboard.press("End");

  const [whole, judge] = await page.$$("#matches input[type=radio]");
  await judge.click();
  const blind = await shownPicture(page);
  check(`${where}: the judge sees no more than what was shown`, blind.faint === 0 && blind.shown === 4);
  check(`${where}: and words say so`, blind.alt.includes("only what was shown"), blind.alt);
  const found = await violations(page, theme);
  check(`${where}: accessible as the judge sees it`, found.length === 0, found.join("\n   "));
  await page.screenshot({
    path: path.join(out, "pictures", `pixels-judge-${screen}-${theme}.png`),
    fullPage: true,
  });
  await whole.click();
  check(`${where}: back to the whole`, (await shownPicture(page)).faint > 80);
  await judge.click();

  const order = await page.$$eval("#matches .exposure input", (all) => all.map((one) => one.type));
  check(`${where}: the order of the controls`, order.join() === "radio,radio,range", order.join());
  // Another strategy: chance shows, and the way to look stays.
  await choose(page, "chance");
  const chance = await shownPicture(page);
  check(
    `${where}: chance looks like nobody`,
    chance.outlines.every((one) => one === "chance") && chance.badges.every((one) => one === "turned"),
    chance.badges.join(),
  );
  check(`${where}: the way to look stays`, chance.faint === 0 && chance.shown > 0);
  check(`${where}: chance is named`, chance.legend[0] === "chance shows", chance.legend.join("|"));
  // One in which nothing was shown.
  await choose(page, "open debate");
  const empty = await page.$$eval("#matches option", (all) =>
    all.map((one) => one.text).find((text) => text.startsWith("trial 7,")),
  );
  await choose(page, empty);
  const cut = await shownPicture(page);
  check(
    `${where}: a picture that nothing was shown of`,
    cut.says === "Move 0 of 0: nothing was shown." && cut.numbers.length === 0,
    cut.says,
  );
  check(`${where}: quiet`, troubles.length === 0, troubles.join("\n   "));
  await page.close();
}

/** A match is drawn soon, of two hundred, and on paper. */
async function manyPictures() {
  const { page } = await open("pixels");
  await go(page, "matches");
  const ms = await page.evaluate(() => {
    const select = [...document.querySelectorAll("#matches select")].at(-1);
    const start = performance.now();
    for (let i = 0; i < select.options.length; i += 1) {
      select.selectedIndex = i;
      select.dispatchEvent(new Event("change"));
    }
    return (performance.now() - start) / select.options.length;
  });
  check("pictures: a match is drawn soon", ms < 100, `${ms} ms`);
  check("pictures: one at a time", (await page.$$(".picture")).length === 1);
  await page.emulateMediaType("print");
  const printed = await page.$$eval("#matches .exposure > *", (all) =>
    all.filter((one) => one.checkVisibility()).map((one) => one.className),
  );
  check("pictures: on paper without the controls", printed.join() === "at,beside", printed.join());
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  fs.writeFileSync(path.join(out, "pictures", "pixels.pdf"), pdf);
  await page.close();
}

/** What the open view draws in its n-th chart: lines, bands, and what is written. */
const drawn = (page, n = 0) =>
  page.$$eval(
    "section:not([hidden]) .chart",
    (all, n) => {
      const of = (kind) => [...(all[n]?.querySelectorAll(`.mark-${kind}.role-mark path`) ?? [])];
      const dash = (path) => path.getAttribute("stroke-dasharray") ?? "";
      return {
        lines: of("line").map((path) => `${path.getAttribute("stroke")} ${dash(path)}`),
        bands: of("area").length,
        texts: [...(all[n]?.querySelectorAll("text") ?? [])].map((one) => one.textContent),
        dashed: [...(all[n]?.querySelectorAll(".mark-rule.role-mark line") ?? [])].filter(dash).length,
      };
    },
    n,
  );
/** Chooses an option by its words in the open view. */
async function choose(page, words) {
  await page.$$eval(
    "section:not([hidden]) select",
    (all, words) => {
      for (const s of all) {
        const i = [...s.options].findIndex((one) => one.text === words);
        if (i >= 0) {
          s.selectedIndex = i;
          s.dispatchEvent(new Event("change"));
        }
      }
    },
    words,
  );
  await settled(page);
}

/** Chance is a dashed line with a name in charts of accuracy, where it is known, and nowhere else. */
async function chance() {
  for (const [sample, name, ids] of [
    ["plain", "chance 50.0 %", ["leaderboard", "cost"]],
    ["distillation", "chance 12.5 %", ["leaderboard", "sweep", "cost", "rounds"]],
    ["incentives", "chance 50.0 %", ["leaderboard", "sweep", "cost", "incentives"]],
  ]) {
    const { page } = await open(sample);
    for (const id of ids) {
      await go(page, id);
      const chart = await drawn(page);
      const named = chart.texts.filter((text) => text.startsWith("chance"));
      check(`${sample} ${id}: chance is named`, named.join() === name, named.join());
      check(`${sample} ${id}: chance is drawn`, chart.dashed === 1, String(chart.dashed));
      const second = (await drawn(page, 1)).texts.filter((text) => text.startsWith("chance"));
      check(`${sample} ${id}: chance is no loss and no win`, second.length === 0);
    }
    if (sample === "distillation") {
      await go(page, "sweep");
      await choose(page, "Confidence");
      const other = await drawn(page);
      check("sweep: a measure without chance", other.dashed === 0 && other.lines.length > 0);
    }
    if (sample === "incentives")
      for (const id of ids) {
        await go(page, id);
        await choose(page, "estimate, overseer human");
        const { texts, dashed } = await drawn(page);
        check(
          `${id}: no chance where none is known`,
          !texts.some((text) => text.startsWith("chance")) && dashed === 0 && texts.length > 0,
        );
      }
    await page.close();
  }
}

/** Lines of agents, their bands and dashes, the doubling axis, and the tables beside them. */
async function incentives() {
  const { page, troubles } = await open("incentives");
  await go(page, "incentives");
  const [right, won] = [await drawn(page, 0), await drawn(page, 1)];
  check("incentives: a line an agent", right.lines.length === 4 && won.lines.length === 4);
  check("incentives: no two lines look alike", new Set(right.lines).size === 4, right.lines.join(" | "));
  check("incentives: both charts look the same", right.lines.join() === won.lines.join());
  check("incentives: bands where there are intervals", right.bands === 3 && won.bands === 0);
  const ticks = await page.$eval("#incentives .chart", (one) =>
    [...one.querySelectorAll(".role-axis text")]
      .filter((text) => /^(1|2|4|8|16|32)$/.test(text.textContent))
      .map((text) => text.getBoundingClientRect())
      .map(({ left, width }) => left + width / 2),
  );
  const steps = ticks.slice(1).map((x, i) => x - ticks[i]);
  check(
    "incentives: doublings are evenly spaced",
    steps.length === 5 && steps.every((step) => step > 20 && Math.abs(step - steps[0]) < 1.5),
    steps.join(),
  );
  const rows = () =>
    page.$$eval("#incentives table", (all) =>
      all.map((one) =>
        [...one.querySelectorAll("tbody tr")].map((row) => row.innerText.replace(/\s+/g, " ")),
      ),
    );
  const [, responses, equilibria] = await rows();
  check(
    "incentives: a response a row",
    responses.length === 3 &&
      responses[2] === "debate deceiver a lie where the overseer errs most +11.8 75.0 67.8",
    responses.join(" | "),
  );
  check(
    "incentives: an equilibrium a strategy",
    equilibria.length === 3 && equilibria[2] === "critique 71.0 0.0 critic: honest, as given 71.0 –",
    equilibria.join(" | "),
  );
  await page.$$eval("#incentives .chip", (all) =>
    all.find((one) => one.innerText.trim() === "debate").click(),
  );
  await settled(page);
  const fewer = await rows();
  check(
    "incentives: a strategy that is hidden is nowhere",
    (await drawn(page, 0)).lines.length === 2 && fewer[1].length === 1 && fewer[2].length === 2,
  );
  await choose(page, "0.1");
  const captions = await page.$$eval("#incentives figcaption", (all) => all.map((one) => one.textContent));
  check(
    "incentives: both charts follow the sweep",
    captions.length === 2 && captions.every((one) => one.endsWith("overseer.error.rate = 0.1")),
    captions.join(" | "),
  );
  check("incentives: quiet", troubles.length === 0, troubles.join("\n   "));
  await page.close();
}

/** Agents and strategies are told apart, games are shown where they are known, a note as it is. */
async function ratings() {
  const { page } = await open("distillation");
  await go(page, "ratings");
  const row = (player) =>
    page.$$eval(
      "#ratings tbody tr",
      (all, player) => {
        const found = all.find((one) => one.querySelector("th").textContent === player);
        return (
          found && {
            glyph: found.querySelector(".glyph") !== null,
            text: found.innerText.replace(/\s+/g, " "),
          }
        );
      },
      player,
    );
  const note = await page.$eval("#ratings .note", (one) => one.innerText);
  check("ratings: the note keeps its lines", note.split("\n").length === 2, note);
  const agent = await row("imitation");
  check("ratings: an agent has no strategy's look", agent?.glyph === false);
  check("ratings: games, won, drawn", agent?.text.includes(" 1 200 501 90 ") ?? false, agent?.text);
  const caption = () => page.$eval("#ratings figcaption", (one) => one.textContent);
  check("ratings: says that these are agents", (await caption()).endsWith(" (agents)"), await caption());
  await choose(page, "strategies");
  const strategy = await row("imitation");
  check("ratings: a strategy has its look", strategy?.glyph === true);
  check("ratings: unknown games are not shown", strategy?.text.includes(" – – – ") ?? false, strategy?.text);
  check(
    "ratings: says that these are strategies",
    (await caption()).endsWith(" (strategies)"),
    await caption(),
  );
  await page.close();
}

/** Colours of strategies that have less than 3:1 to the page's ground (WCAG 2.2, 1.4.11). Runs in the page. */
function faintColours(scheme) {
  const probe = document.createElement("span");
  document.body.append(probe);
  const light = (name) => {
    probe.style.cssText = `color-scheme: ${scheme}; color: var(${name})`;
    const [r, g, b] = getComputedStyle(probe)
      .color.match(/[\d.]+/g)
      .map((x) => {
        const s = x / 255;
        return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
      });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light("--paper");
  const ratio = (name) => {
    const l = light(name);
    return (Math.max(l, ground) + 0.05) / (Math.min(l, ground) + 0.05);
  };
  const faint = [...Array(8).keys()]
    .map((i) => [`--c${i}`, ratio(`--c${i}`)])
    .filter(([, r]) => r < 3)
    .map(([name, r]) => `${name} ${r.toFixed(2)}`);
  probe.remove();
  return faint;
}

/** The theme button, a page without scripts, on paper, and markup that would run. */
async function rest() {
  const { page, troubles } = await open("sweep");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen = [await ground()];
  for (let i = 0; i < 2; i += 1) {
    await page.click("button.theme");
    seen.push(await ground());
  }
  check("theme: auto, light, dark", seen[0] === seen[1] && seen[1] !== seen[2], seen.join());
  for (const scheme of ["light", "dark"]) {
    const faint = await page.evaluate(faintColours, scheme);
    check(`palette: stands out, ${scheme}`, faint.length === 0, faint.join());
  }
  for (const id of ["leaderboard", "sweep", "phase"]) await go(page, id);
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  fs.writeFileSync(path.join(out, "pictures", "sweep.pdf"), pdf);
  check("print: gives pages", pdf.length > 20000, String(pdf.length));
  await page.emulateMediaType("print");
  const printed = await page.$$eval("section.view", (all) =>
    all.filter((one) => one.checkVisibility()).map((one) => one.id),
  );
  check(
    "print: what was opened, and the provenance",
    printed.join() === "leaderboard,sweep,phase,provenance",
    printed.join(),
  );
  check("print: light", (await ground()) === "rgb(255, 255, 255)", await ground());
  await page.emulateMediaType("screen");
  await page.evaluate(() => {
    const div = document.createElement("div");
    div.innerHTML = "<img src=x onerror='window.ran = true'>";
    document.body.append(div);
  });
  await pause(200);
  check("policy: no handler runs", (await page.evaluate(() => window.ran)) === undefined);
  check(
    "policy: the browser says so",
    troubles.some((one) => /Content Security Policy/.test(one)),
    troubles.join(),
  );
  await page.close();
  const still = await open("plain", { script: false });
  const text = await still.page.evaluate(() => document.body.innerText).catch(() => "");
  await still.page.screenshot({ path: path.join(out, "pictures", "plain-noscript.png"), fullPage: true });
  check(
    "no script: a leaderboard to read",
    text.includes("cross-examination") && text.includes("87.7 to 88.5"),
    text.slice(0, 200),
  );
  await still.page.close();
}

const start = Date.now();
const waiting = SAMPLES.filter((one) => !only || one === only);
async function work(browser) {
  while (waiting.length) {
    const sample = waiting.shift();
    browserOf.set(sample, browser);
    for (const [screen, theme] of looks(sample)) await views(sample, screen, theme);
    await use(sample);
    await saves(sample);
    await keyboard(sample);
  }
}
await Promise.all(browsers.map(work));
if (!only) {
  await chance();
  await incentives();
  await ratings();
  await tree();
  for (const [screen, theme] of looks("pixels")) await pictures(screen, theme);
  await manyPictures();
  await rest();
}
await Promise.all(browsers.map((one) => one.close()));
console.log(`${passed} passed, ${failed} failed, in ${Math.round((Date.now() - start) / 1000)} s`);
process.exit(failed ? 1 : 0);
