// Looks at the status page in a real browser: node page.mjs SCENARIO URL [KEY]. Says what is wrong and ends with 1, or says nothing.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [scenario, url, key] = process.argv.slice(2);
const headers = { "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) };
const pictures = process.env.HOLOLOOM_PICTURES;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const complaints = [];

async function open(path = "/", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", message => ["error", "warning"].includes(message.type()) && complaints.push(`console: ${message.text()}`));
  page.on("pageerror", error => complaints.push(`error: ${error.message}`));
  page.on("dialog", dialog => { complaints.push("a dialog"); dialog.dismiss(); });
  // Nothing from anywhere else, whatever that is.
  page.on("request", request => new URL(request.url()).origin === new URL(url).origin || complaints.push(`asked for ${request.url()}`));
  await page.goto(new URL(path, url).href);
  return page;
}

async function post(path, body) {
  const answer = await fetch(new URL(path, url), { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function work(queries, router = "/v1") {
  const { decisions } = await post(`${router}/route/batch`, { queries: Array.from({ length: queries }, (_, i) => ["who wrote this", "similar to that", "my notes"][i % 3]) });
  await post(`${router}/outcomes`, { outcomes: decisions.map((one, i) => ({ decision_id: one.decision_id, relevance: i % 4 ? 1 : 0, latency_ms: 20 })) });
}

const statistics = async (router = "/v1") => (await fetch(new URL(`${router}/stats`, url), { headers })).json();
const thousands = value => value.toLocaleString("en");
const tile = async (page, name) => page.locator(".tiles div").filter({ has: page.locator("dt", { hasText: name }) }).locator("dd").innerText();
const charted = page => page.waitForFunction(() => document.querySelectorAll(".plot canvas").length >= 3, null, { timeout: 60000 });

async function checkAccess(page, what) {
  // Given to the page by the debugger: it lets in no script of others.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html + " " + node.failureSummary).join("\n")}`), [], what);
}

const scenarios = {
  // All numbers are there without the script, and they are those of the interface.
  async "without a script"() {
    await work(300);
    const page = await open("/", { javaScriptEnabled: false });
    while (!await page.locator("#hour-rows tr").count()) {
      await page.waitForTimeout(500);
      await page.reload();
    }

    const all = await statistics();
    assert.match(await tile(page, "Decisions a second"), new RegExp(`${thousands(all.decisions)} in all`));
    assert.match(await tile(page, "Outcomes a second"), new RegExp(`${thousands(all.outcomes)} in all`));
    for (const [type, { decisions, backends }] of Object.entries(all.query_types)) {
      const row = await page.locator("#types tr").filter({ has: page.locator("th", { hasText: type }) }).innerText();
      assert.equal(row.split("\t")[1], thousands(decisions), row);
      for (const [backend, cell] of Object.entries(backends).filter(([, cell]) => cell.outcomes > 0)) {
        const learned = await page.locator("#posteriors tr").filter({ hasText: type }).filter({ hasText: backend }).innerText();
        const cells = learned.split("\t").map(text => text.trim());
        assert.deepEqual(
          [cells[2], cells[3], cells[4], cells[6]],
          [cell.mean.toFixed(3), cell.interval[0].toFixed(3), cell.interval[1].toFixed(3), thousands(cell.outcomes)], learned);
      }
    }

    assert.equal(await page.locator("#charts").isVisible(), false);
    assert.equal(await page.locator("noscript").innerText(), "The charts need JavaScript; the table has their numbers.");
    await page.locator("summary").click();
    assert.ok(await page.locator("#hour-rows tr").first().isVisible());
    assert.equal(await page.locator("button").isVisible(), false, "a button that can do nothing");
  },

  // The page stays as new as the server, until it is told to pause; and then again.
  async "renews itself"() {
    await work(30);
    const page = await open();
    await charted(page);
    const before = await statistics();
    await work(120);
    const now = `${thousands(before.decisions + 120)} in all`;
    await page.locator(".tiles", { hasText: now }).waitFor({ timeout: 20000 });
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.click();
    assert.equal(await pause.getAttribute("aria-pressed"), "true");
    await page.waitForTimeout(1000);
    const shown = await page.locator(".tiles").innerText();
    await work(60);
    await page.waitForTimeout(7000);
    assert.equal(await page.locator(".tiles").innerText(), shown, "renewed while it paused");
    await pause.click();
    await page.locator(".tiles", { hasText: `${thousands(before.decisions + 180)} in all` }).waitFor({ timeout: 20000 });
    assert.equal(await page.locator("#trouble").innerText(), "");
  },

  // What the charts draw can be seen, and be read with keys and by a screen reader.
  async "charts"() {
    await work(30);
    const page = await open();
    await charted(page);
    await work(90);
    const points = () => page.evaluate(() => +document.querySelector(".plot").getAttribute("aria-valuemax"));
    for (const before = await points(); await points() < before + 2;) {
      await page.waitForTimeout(500);
    }

    // From here on it stays as it is, when the last answer has come.
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForTimeout(1000);
    const colours = await page.evaluate(() => [...document.querySelectorAll(".plot canvas")].map(canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }));
    assert.ok(colours.length >= 3 && colours.every(count => count > 10), `colours of the charts: ${colours}`);
    const slider = page.getByRole("slider", { name: "Decisions a second, by backend, over time" });
    assert.match(await slider.getAttribute("aria-valuetext"), /^\d\d:\d\d:\d\d UTC: .*neo4j [\d.,]+/);
    await slider.focus();
    const last = +await slider.getAttribute("aria-valuenow");
    assert.equal(await slider.getAttribute("aria-valuemax"), String(last));
    await page.keyboard.press("ArrowLeft");
    assert.equal(await slider.getAttribute("aria-valuenow"), String(last - 1));
    await page.keyboard.press("Home");
    assert.equal(await slider.getAttribute("aria-valuenow"), "0");
    const first = await slider.getAttribute("aria-valuetext");
    assert.equal(await page.locator("figure").first().locator(".key").innerText(), first.slice(14).split("; ").join("\n"));
    await page.keyboard.press("End");
    assert.notEqual(await slider.getAttribute("aria-valuetext"), first);
    // Drawn anew in the other scheme's colours.
    const ink = () => page.evaluate(() => document.querySelector(".key line").getAttribute("stroke"));
    const light = await ink();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction(old => document.querySelector(".key line").getAttribute("stroke") !== old, light);
  },

  // With a keyboard, with a screen reader, on a telephone, by day and by night.
  async "accessible"() {
    await work(60);
    for (const colorScheme of ["light", "dark"]) {
      for (const [device, width] of [["desk", 1280], ["telephone", 380]]) {
        const page = await open("/", { colorScheme, viewport: { width, height: 900 } });
        await charted(page);
        await page.locator("summary").click();
        await page.waitForTimeout(500);
        await checkAccess(page, `${colorScheme}, ${device}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "wider than the screen");
        if (pictures) {
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: `${pictures}/${colorScheme}-${device}.png`, fullPage: true });
        }

        await page.context().close();
      }
    }

    const page = await open();
    await charted(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the numbers");
    assert.ok(await page.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), "the link is not seen when it is reached");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    const reached = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
      assert.ok(await page.evaluate(() => document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none"), `${name}: the focus is not seen`);
      reached.add(name.trim());
    }

    for (const part of ["Backends", "Posteriors", "Decisions a second, by backend, over time", "The last hour as a table", "statistics", "Pause"]) {
      assert.ok(reached.has(part), `${part} is not reached by Tab, but ${[...reached].join(", ")}`);
    }
  },

  // Names are text, whatever they hold.
  async "hostile names"() {
    await work(30, "/v1/routers/hostile");
    const page = await open("/?router=hostile");
    await charted(page);
    const name = "<img src=x onerror=alert(1)>";
    assert.ok((await page.locator("#backends").innerText()).includes(name));
    assert.ok((await page.locator("#posteriors").innerText()).includes("\"><script>alert(2)</script>"));
    assert.ok((await page.locator(".key").first().innerText()).includes(name));
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.equal(await page.getByRole("link", { name: "hostile" }).getAttribute("aria-current"), "page");
    await page.getByRole("link", { name: "default" }).click();
    assert.ok(!(await page.locator("#backends").innerText()).includes("img"));
  },

  // An experiment is told as its report tells it.
  async "experiment"() {
    await work(400, "/v1/routers/tried");
    const page = await open("/?router=tried");
    const report = await page.locator("#experiment-report").innerText();
    for (const text of ["pick", "control", "learned", "rules", "thompson", "kept"]) {
      assert.ok(report.includes(text), `${text}: ${report}`);
    }

    // What variants learned on their own is learned, too.
    const all = await statistics("/v1/routers/tried");
    assert.deepEqual(Object.keys(all.variants), ["control", "learned"]);
    const rows = await page.locator("#posteriors tr").allInnerTexts();
    assert.ok(rows.length >= 4 && rows.every(row => /^(control|learned)\t/.test(row)), rows.join("\n"));
  },

  // A browser is asked for the key, and what it was told is good for looking only.
  async "key"() {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate"), /^Basic realm=/);
    await work(30);
    const page = await open("/", { httpCredentials: { username: "anybody", password: key } });
    await charted(page);
    assert.match(await tile(page, "Decisions a second"), /30 in all/);
    await work(30);
    await page.locator(".tiles", { hasText: "60 in all" }).waitFor({ timeout: 20000 });
    const posted = await page.evaluate(async () => (await fetch("/v1/route", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{\"query\":\"who\"}" })).status);
    assert.equal(posted, 401, "the browser's key may only look");
    complaints.length = 0;
  },

  // The numbers stay, and the page says that they are old. (The server ends when it is told that the page is open.)
  async "server gone"() {
    await work(30);
    const page = await open();
    await charted(page);
    const shown = await page.locator(".tiles").innerText();
    process.stdout.write("open\n");
    await page.getByRole("status").filter({ hasText: "Not renewed: the server does not answer." }).waitFor({ timeout: 60000 });
    assert.equal((await page.locator(".tiles").innerText()).split("\n").length, shown.split("\n").length);
    complaints.length = 0;
  },
};

try {
  await scenarios[scenario]();
  assert.deepEqual(complaints, [], "what the browser complained about");
} catch (problem) {
  process.stderr.write(`${problem.stack}\n${complaints.join("\n")}\n`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
