// Keeps the page's numbers as new as the server's, and draws its charts. Without this script the page says the same in tables.
"use strict";

(() => {
  const every = 5000;
  const pause = document.getElementById("pause");
  const trouble = document.getElementById("trouble");
  const charts = document.getElementById("charts");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let paused = false;
  let timer = 0;

  // ---- numbers: the page is asked for again, and what is marked in it takes the place of what is here.

  async function renewNumbers() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(`the server answered ${answer.status}`);
    }

    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const present = document.getElementById(fresh.id);
      // Whoever is in it with the keyboard, or has selected some of it, keeps it until they leave.
      if (present && !present.contains(document.activeElement) && !isSelected(present) && present.innerHTML !== fresh.innerHTML) {
        present.replaceChildren(...fresh.childNodes);
      }
    }
  }

  function isSelected(element) {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(element, true);
  }

  // ---- charts

  const perSecond = (counts, history) => counts.map((count, i) => count / history.seconds[i]);
  const number = value => value == null ? "–" : value >= 1000 ? Math.round(value).toLocaleString("en") : String(+value.toPrecision(3));
  const duration = us => us == null ? "–" : us < 1 ? `${number(us * 1000)} ns` : us < 1000 ? `${number(us)} µs` : us < 1e6 ? `${number(us / 1000)} ms` : `${number(us / 1e6)} s`;
  const clock = seconds => new Date(seconds * 1000).toISOString().slice(11, 19);
  const shown = 7;

  function byBackend(history) {
    const all = Object.entries(history.decisions).map(([name, counts]) => ({ name, values: perSecond(counts, history), sum: counts.reduce((a, b) => a + b, 0) }));
    if (all.length <= shown + 1) {
      return all;
    }

    all.sort((a, b) => b.sum - a.sum);
    const rest = all.slice(shown);
    return [...all.slice(0, shown), { name: `${rest.length} others`, values: history.at.map((_, i) => rest.reduce((sum, one) => sum + one.values[i], 0)) }];
  }

  const quantiles = (history, names) => names.flatMap(([key, name]) => {
    const one = history.latency[key];
    return one.count.some(count => count > 0) ? [{ name: `${name}, 50 %`, values: one.p50_us }, { name: `${name}, 99 %`, values: one.p99_us, dashed: true }] : [];
  });

  const kinds = {
    decisions: { series: byBackend, text: number },
    reward: { series: history => history.mean_reward.some(mean => mean != null) ? [{ name: "mean reward", values: history.mean_reward }] : [], text: number, range: [0, 1] },
    requests: { series: history => quantiles(history, [["http", "HTTP"], ["resp", "RESP"]]), text: duration, logarithmic: true },
    decision: { series: history => quantiles(history, [["decision", "single"], ["decision_in_batch", "in a batch"]]), text: duration, logarithmic: true },
  };

  class Chart {
    constructor(figure) {
      this.kind = kinds[figure.dataset.chart];
      this.title = figure.querySelector("figcaption").textContent;
      this.plot = document.createElement("div");
      this.plot.className = "plot";
      this.key = document.createElement("ul");
      this.key.className = "key";
      this.empty = document.createElement("p");
      this.empty.className = "empty";
      this.empty.textContent = "Nothing yet.";
      figure.append(this.empty, this.plot, this.key);
      this.plot.addEventListener("keydown", event => this.onKey(event));
      new ResizeObserver(() => this.u && this.u.setSize({ width: this.plot.clientWidth, height: 240 })).observe(this.plot);
    }

    show(history) {
      this.at = history.at;
      this.series = history.at.length > 1 ? this.kind.series(history) : [];
      const isEmpty = this.series.length === 0;
      this.empty.hidden = !isEmpty;
      this.plot.hidden = this.key.hidden = isEmpty;
      const shape = this.series.map(one => one.name).join("\n");
      if (this.u && (isEmpty || shape !== this.shape)) {
        this.u.destroy();
        this.u = null;
      }

      if (isEmpty) {
        return;
      }

      const data = [this.at, ...this.series.map(one => one.values.map(value => this.kind.logarithmic && value === 0 ? null : value))];
      if (this.u) {
        this.u.setData(data);
      } else {
        this.shape = shape;
        this.draw(data);
      }

      this.describe(this.index ?? this.at.length - 1);
    }

    // Colours are read when a chart is drawn: it is drawn anew when the scheme changes.
    draw(data) {
      const style = getComputedStyle(document.documentElement);
      const colour = name => style.getPropertyValue(name).trim();
      const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: "12px system-ui" };
      this.u?.destroy();
      this.u = new uPlot({
        width: this.plot.clientWidth,
        height: 240,
        tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { y: this.kind.logarithmic ? { distr: 3 } : this.kind.range ? { range: this.kind.range } : { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
        axes: [{ ...axis, space: 75, values: (_, times) => times.map(time => clock(time).slice(0, times[1] - times[0] < 60 ? 8 : 5)) }, { ...axis, size: 70, values: (_, ticks) => ticks.map(tick => tick == null ? "" : this.kind.text(tick)) }],
        series: [{}, ...this.series.map((one, i) => ({
          label: one.name, stroke: colour(`--series-${i % 8 + 1}`), width: 2, dash: one.dashed ? [6, 4] : undefined, points: { size: 4 },
        }))],
        hooks: { setCursor: [u => this.describe(u.cursor.idx ?? this.index ?? this.at.length - 1)] },
      }, data, this.plot);
      this.plot.querySelector("canvas").setAttribute("aria-hidden", "true");
      // A point in time is chosen as on a slider: arrow keys move it, and a screen reader says what was then.
      for (const [name, value] of Object.entries({ role: "slider", tabindex: "0", "aria-label": `${this.title}, over time`, "aria-valuemin": "0" })) {
        this.plot.setAttribute(name, value);
      }

      this.key.replaceChildren(...this.series.map((one, i) => {
        const item = document.createElement("li");
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        for (const [name, value] of Object.entries({ width: 24, height: 8, "aria-hidden": "true" })) {
          mark.setAttribute(name, value);
        }

        const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
        for (const [name, value] of Object.entries({ x1: 0, x2: 24, y1: 4, y2: 4, stroke: colour(`--series-${i % 8 + 1}`), "stroke-width": 3, "stroke-dasharray": one.dashed ? "6 4" : "none" })) {
          line.setAttribute(name, value);
        }

        mark.append(line);
        item.append(mark, document.createElement("span"));
        return item;
      }));
    }

    describe(index) {
      index = Math.min(index, this.at.length - 1);
      const values = this.series.map(one => `${one.name} ${this.kind.text(one.values[index])}`);
      this.plot.setAttribute("aria-valuemax", String(this.at.length - 1));
      this.plot.setAttribute("aria-valuenow", String(index));
      this.plot.setAttribute("aria-valuetext", `${clock(this.at[index])} UTC: ${values.join("; ")}`);
      [...this.key.children].forEach((item, i) => { item.lastChild.textContent = values[i]; });
    }

    onKey(event) {
      const last = this.at.length - 1;
      const present = this.index ?? last;
      const next = { ArrowLeft: present - 1, ArrowRight: present + 1, ArrowDown: present - 1, ArrowUp: present + 1, PageDown: present - 12, PageUp: present + 12, Home: 0, End: last, Escape: null }[event.key];
      if (next === undefined) {
        return;
      }

      event.preventDefault();
      this.index = next === null || next >= last ? null : Math.max(0, next);
      const index = this.index ?? last;
      this.u.setCursor(next === null ? { left: -10, top: -10 } : { left: this.u.valToPos(this.at[index], "x"), top: 0 });
      this.describe(index);
    }
  }

  let drawn = [];
  let history = null;

  async function renewCharts() {
    const answer = await fetch(charts.dataset.history);
    if (!answer.ok) {
      throw new Error(`the server answered ${answer.status}`);
    }

    history = await answer.json();
    drawn.forEach(chart => chart.show(history));
  }

  // ---- together

  async function renew() {
    clearTimeout(timer);
    try {
      if (!document.hidden) {
        await renewNumbers();
        await renewCharts();
        trouble.textContent = "";
      }
    } catch (problem) {
      trouble.textContent = `Not renewed: ${problem instanceof TypeError ? "the server does not answer" : problem.message}.`;
    }

    clearTimeout(timer);
    if (!paused) {
      timer = setTimeout(renew, every);
    }
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    clearTimeout(timer);
    if (!paused) {
      renew();
    }
  });
  dark.addEventListener("change", () => drawn.forEach(chart => { chart.u?.destroy(); chart.u = null; if (history) { chart.show(history); } }));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !paused) { renew(); } });

  if (charts && typeof uPlot === "function") {
    charts.hidden = false;
    drawn = [...charts.querySelectorAll("figure")].map(figure => new Chart(figure));
  }

  renew();
})();
