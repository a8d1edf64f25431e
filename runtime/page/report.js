"use strict";
// Draws the report from the JSON in the page; every figure is SVG, so that it follows light and dark.
(function () {
  const D = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  const NS = "http://www.w3.org/2000/svg";

  // --- elements and words -----------------------------------------------------------------------
  function make(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {}))
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    for (const child of [].concat(children === undefined ? [] : children))
      if (child !== null) node.append(child);
    return node;
  }
  const el = (tag, attributes, children) => make(document.createElement(tag), attributes, children);
  const sv = (tag, attributes, children) => make(document.createElementNS(NS, tag), attributes, children);
  const colour = (index) => `var(--c${index % 8})`;
  const whole = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fixed = (value, digits) => value === null ? "-" : value.toFixed(digits);
  const percent = (value) => value === null ? "-" : (100 * value).toFixed(1) + "\u00a0%";
  function scaled(value) {
    const units = ["", "k", "M", "G", "T", "P"];
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) { value /= 1000; ++unit; }
    return (unit ? value.toPrecision(3) : Math.round(value).toString()) + (unit ? " " + units[unit] : "");
  }
  function short(value) {
    if (value === null) return "-";
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(+value.toPrecision(4));
  }
  const symbolText = (symbol) => symbol < 0 ? "" : D.task.texts ? D.task.texts[symbol].replace("\\x20", "\u2423") : String(symbol);
  const controlName = (control) => control < 0 ? "" : D.task.controls[control].name;
  function section(id, title, text) {
    const result = el("section", { id }, [el("h2", {}, title)]);
    if (text) result.append(el("p", {}, text));
    page.append(result);
    return result;
  }
  const figure = (title, content, caption) => el("figure", {}, [
    title ? el("h3", {}, title) : null, ...[].concat(content), caption ? el("figcaption", {}, caption) : null]);
  const legend = (entries) => el("div", { class: "legend" }, entries.map(([name, fill]) =>
    el("span", {}, [el("span", { class: "swatch", style: `background:${fill}` }), name])));

  // --- charts -----------------------------------------------------------------------------------
  function ticksOf(low, high, count) {
    const span = high - low || 1, raw = span / count, power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= raw * 0.999);
    const ticks = [];
    for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step)
      ticks.push(+value.toPrecision(12));
    return ticks;
  }
  /// series: [{name, colour, points: [[x, y]...], dashed, dots}]; null ordinates are left out.
  function lineChart(options) {
    const W = options.width || 400, H = 240, left = 50, right = options.endLabels ? options.endLabels : 22, top = 12, bottom = 40;
    const series = options.series.map((entry) => ({
      ...entry, points: entry.points.filter(([, y]) => y !== null && (!options.log || y > 0)) }))
      .filter((entry) => entry.points.length);
    const xs = series.flatMap((entry) => entry.points.map(([x]) => x));
    const ys = series.flatMap((entry) => entry.points.map(([, y]) => y));
    let x0 = Math.min(...xs), x1 = Math.max(...xs);
    if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
    const to = options.log ? Math.log10 : (value) => value;
    let y0 = to(options.low === undefined ? Math.min(...ys) : options.low);
    let y1 = to(options.high === undefined ? Math.max(...ys) : options.high);
    if (y0 === y1) { y0 -= 0.5; y1 += 0.5; }
    if (options.high === undefined) y1 += (y1 - y0) * 0.04;
    if (options.low === undefined) y0 -= (y1 - y0) * 0.04;
    const X = (x) => left + (x - x0) / (x1 - x0) * (W - left - right);
    const Y = (y) => top + (y1 - to(y)) / (y1 - y0) * (H - top - bottom);
    const svg = sv("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": options.label });
    let ticks = options.log ? [] : ticksOf(y0, y1, 5);
    if (options.log) {
      const factors = y1 - y0 > 3 ? [1] : y1 - y0 > 0.5 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8];
      for (let power = Math.floor(y0); power <= Math.floor(y1); ++power)
        for (const factor of factors) ticks.push(factor * Math.pow(10, power));
      ticks = ticks.filter((tick) => Math.log10(tick) >= y0 && Math.log10(tick) <= y1);
      if (ticks.length < 2)
        ticks = ticksOf(Math.pow(10, y0), Math.pow(10, y1), 4).filter((tick) => tick > 0);
    }
    for (const tick of ticks)
      svg.append(sv("line", { class: "grid", x1: left, x2: W - right, y1: Y(tick), y2: Y(tick) }),
        sv("text", { class: "soft", x: left - 7, y: Y(tick) + 4, "text-anchor": "end" }, options.percent ? Math.round(100 * tick) + " %" : short(tick)));
    for (const tick of ticksOf(x0, x1, W > 500 ? 6 : 4).filter((value) => !options.integers || Number.isInteger(value)))
      svg.append(sv("line", { class: "axis", x1: X(tick), x2: X(tick), y1: H - bottom, y2: H - bottom + 4 }),
        sv("text", { class: "soft", x: X(tick), y: H - bottom + 17, "text-anchor": "middle" }, whole(tick)));
    svg.append(sv("line", { class: "axis", x1: left, x2: W - right, y1: H - bottom, y2: H - bottom }),
      sv("text", { class: "soft", x: (left + W - right) / 2, y: H - 6, "text-anchor": "middle" }, options.x));
    const ends = [];
    for (const entry of series) {
      svg.append(sv("path", { class: "curve", stroke: entry.colour, "stroke-dasharray": entry.dashed ? "5 4" : null,
        d: entry.points.map(([x, y], i) => (i ? "L" : "M") + X(x).toFixed(1) + " " + Y(y).toFixed(1)).join("") }));
      if (entry.dots)
        for (const [x, y] of entry.points) svg.append(sv("circle", { cx: X(x), cy: Y(y), r: 3, fill: entry.colour }));
      ends.push({ entry, y: Y(entry.points[entry.points.length - 1][1]) + 4 });
    }
    if (options.endLabels) {
      ends.sort((a, b) => a.y - b.y);
      for (let i = 1; i < ends.length; ++i) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + 14);
      const over = ends.length ? ends[ends.length - 1].y - (H - bottom + 2) : 0;
      for (const end of ends)
        svg.append(sv("text", { x: W - right + 8, y: end.y - Math.max(0, over), style: `fill:${end.entry.colour}` }, end.entry.name));
    }
    const cursor = sv("line", { class: "cursor", y1: top, y2: H - bottom, visibility: "hidden" });
    svg.append(cursor);
    const reading = el("div", { class: "reading" });
    const all = [...new Set(xs)].sort((a, b) => a - b);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect(), at = x0 + ((event.clientX - box.left) / box.width * W - left) / (W - left - right) * (x1 - x0);
      const x = all.reduce((best, value) => Math.abs(value - at) < Math.abs(best - at) ? value : best, all[0]);
      make(cursor, { x1: X(x), x2: X(x), visibility: "visible" });
      reading.textContent = `${options.x} ${whole(x)}: ` + series.map((entry) => {
        const point = entry.points.find(([value]) => value === x);
        return point ? `${entry.name} ${options.percent ? percent(point[1]) : short(point[1])}` : null;
      }).filter(Boolean).join(", ");
    });
    svg.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); reading.textContent = ""; });
    return [svg, reading];
  }

  // --- the parts --------------------------------------------------------------------------------
  const E = D.evaluation, subtasks = E.subtasks;
  function header() {
    const top = el("header", {}, [el("h1", {}, D.model.name), el("p", {}, `${D.task.text}. ${D.model.loss}, context ${D.model.context}; ${D.model.protocol}.`)]);
    const best = subtasks.filter((entry) => entry.windows).map((entry) => `${entry.name} ${percent(entry.right / entry.windows)}`).join("  ");
    const tile = (value, text) => el("div", { class: "tile" }, [el("b", {}, value), el("span", {}, text)]);
    top.append(el("div", { class: "tiles" }, [
      tile(percent(E.accuracy_last), "accuracy at the last position" + (best ? ": " + best : "")),
      E.accuracy_all === null || D.model.loss_at === "last" ? null : tile(percent(E.accuracy_all), "accuracy over all positions"),
      tile(fixed(E.loss, 4), `loss on ${whole(E.windows)} ${E.fresh ? "fresh" : "validation"} windows`),
      E.perplexity === undefined ? null : tile(fixed(E.perplexity, 3), "perplexity"),
      tile(scaled(D.model.parameters), "weights"),
      !D.architecture ? null : tile(scaled(D.architecture.product_flop + D.architecture.attention_flop), "operations forward, a window"),
      D.weights_file.step === undefined ? null : tile(whole(D.weights_file.step), "training steps")]));
    page.append(top);
  }
  function contents() {
    const links = [...page.querySelectorAll("section")].map((part) => el("a", { href: "#" + part.id }, part.querySelector("h2").textContent));
    page.querySelector("header").append(el("nav", {}, links));
  }

  function architecture() {
    const A = D.architecture;
    if (!A) return; // a program that does not know its graph
    const part = section("architecture", "Architecture",
      "Every operation in the order in which it is computed. Operations count a multiplication and an addition one each, forward, for one window; a training step takes three times as many for each sample.");
    const body = el("tbody");
    const frames = new Map();
    for (const frame of A.frames) frames.set(frame.first, (frames.get(frame.first) || []).concat(frame));
    A.nodes.forEach((node, index) => {
      for (const frame of frames.get(index) || [])
        body.append(el("tr", { class: "frame" }, el("td", { colspan: 6 }, `${frame.kind} ${frame.count} times`)));
      if (node.kind === "input") return;
      body.append(el("tr", {}, [el("td", { style: `padding-left:${8 * node.depth}px` }, node.name), el("td", {}, node.kind),
        el("td", { class: "detail" }, node.detail), el("td", { class: "number" }, node.shape.join(" x ")),
        el("td", { class: "number" }, node.parameters ? whole(node.parameters) : ""), el("td", { class: "number" }, node.flop ? scaled(node.flop) : "")]));
    });
    body.append(el("tr", { class: "total" }, [el("td", { colspan: 4 }, "total"), el("td", { class: "number" }, whole(D.model.parameters)),
      el("td", { class: "number" }, scaled(A.product_flop + A.attention_flop))]));
    const head = ["value", "operation", "", "shape", "weights", "operations"].map((name, i) => el("th", { class: i > 2 ? "number" : null }, name));
    const table = el("div", { class: "scroll" }, el("table", {}, [el("thead", {}, el("tr", {}, head)), body]));
    part.append(el("div", { class: "split" }, [figure("Layers", table), figure("Graph", graph(A),
      "From top to bottom; an arc leads past what it skips. Hover over an operation to see what it reads and who reads it.")]));
  }
  function graph(A) {
    const row = 24, width = 330, column = 86, height = A.nodes.length * row + 12;
    const svg = sv("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "graph of the operations" });
    const Y = (i) => i * row + row / 2 + 6;
    for (const frame of A.frames) {
      const inset = 3 + 5 * frame.depth;
      svg.append(sv("rect", { x: column - 22 + inset, y: frame.first * row + 7, width: width - column + 18 - 2 * inset, rx: 5,
        height: (frame.last - frame.first + 1) * row - 2, fill: "var(--tint)", stroke: "var(--line)" }),
        sv("text", { class: "soft small", x: width - 12 - 2 * inset, y: frame.first * row + 21, "text-anchor": "end" }, `${frame.kind} x ${frame.count}`));
    }
    const lines = [];
    A.nodes.forEach((node, to) => node.operands.forEach((from) => {
      const distance = to - from, reach = Math.min(12 + 9 * distance, column - 20);
      const path = distance === 1
        ? `M${column} ${Y(from) + 5}L${column} ${Y(to) - 5}`
        : `M${column - 5} ${Y(from)}C${column - reach} ${Y(from)} ${column - reach} ${Y(to)} ${column - 5} ${Y(to)}`;
      const line = sv("path", { d: path, fill: "none", stroke: "var(--axis)", "stroke-width": 1.3 });
      lines.push({ from, to, line });
      svg.append(line);
    }));
    const kinds = { linear: 0, embed: 0, attention: 1, map: 2, norm: 4, recur: 3, lstm_gates: 3 };
    A.nodes.forEach((node, i) => {
      const fill = node.kind in kinds ? colour(kinds[node.kind]) : "var(--faint)";
      const group = sv("g", {}, [sv("rect", { x: column - 30, y: Y(i) - row / 2, width: width - column + 30, height: row, fill: "transparent" }),
        sv("circle", { cx: column, cy: Y(i), r: 5, fill }), sv("text", { x: column + 13, y: Y(i) + 4 }, node.name),
        sv("title", {}, `${node.name}: ${node.kind} ${node.detail}`)]);
      const mark = (on) => lines.filter(({ from, to }) => from === i || to === i).forEach(({ line, to }) =>
        make(line, { stroke: on ? (to === i ? "var(--c0)" : "var(--c1)") : "var(--axis)", "stroke-width": on ? 2.4 : 1.3 }));
      group.addEventListener("pointerenter", () => mark(true));
      group.addEventListener("pointerleave", () => mark(false));
      svg.append(group);
    });
    return svg;
  }

  function curves() {
    const C = D.curves;
    if (!C) return;
    const part = section("curves", "Learning", `From ${C.file}: each point is the mean over ${whole(C.interval)} steps; dots are evaluations on windows that are not trained on.`);
    const line = (name, values, fill) => ({ name, colour: fill, points: C.steps.map((step, i) => [step, values[i]]) });
    const dots = (key) => ({ name: "evaluation", colour: "var(--ink)", dots: true, dashed: true, points: C.evaluations.map((entry) => [entry.step, entry[key]]) });
    const charts = [];
    charts.push(figure("Loss", lineChart({ series: [line("training", C.loss, colour(0)), dots("loss")], x: "step", log: true, endLabels: C.evaluations.length ? 82 : 0, label: "loss against steps" })));
    const accuracies = [line("all", C.accuracy, "var(--ink)")].concat(Object.keys(C.subtask_accuracy).map((name, i) => line(name, C.subtask_accuracy[name], colour(i))));
    charts.push(figure("Accuracy at the last position", lineChart({ series: accuracies, x: "step", low: 0, high: 1, percent: true, endLabels: 40, label: "accuracy against steps" })));
    if (C.gradient_norm.some((value) => value !== null))
      charts.push(figure("Norm of the gradient", lineChart({ series: [line("gradient norm", C.gradient_norm, colour(3))], x: "step", log: true, label: "gradient norm against steps" })));
    if (new Set(C.rate).size > 1)
      charts.push(figure("Learning rate", lineChart({ series: [line("rate", C.rate, colour(4))], x: "step", label: "learning rate against steps" })));
    part.append(el("div", { class: "triple" }, charts));
  }

  function bars() {
    const rows = [{ name: "all", right: E.right_last, windows: E.counted_last, colour: "var(--axis)" }].concat(
      subtasks.map((entry, i) => ({ ...entry, name: entry.name + (entry.label ? " " + entry.label : ""), colour: colour(i) })));
    const height = 30 * rows.length + 14, left = 92, W = 400;
    const svg = sv("svg", { viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": "accuracy of each subtask" });
    rows.forEach((entry, i) => {
      const y = 8 + 30 * i, accuracy = entry.windows ? entry.right / entry.windows : null, X = (value) => left + value * (W - left - 108);
      svg.append(sv("text", { x: left - 10, y: y + 15, "text-anchor": "end" }, entry.name), sv("rect", { x: left, y, width: X(1) - left, height: 20, rx: 3, fill: "var(--tint)" }));
      if (accuracy === null) return;
      const error = Math.sqrt(accuracy * (1 - accuracy) / entry.windows);
      svg.append(sv("rect", { x: left, y, width: X(accuracy) - left, height: 20, rx: 3, fill: entry.colour }),
        sv("text", { x: X(1) + 8, y: y + 15 }, `${percent(accuracy)} \u00b1 ${(100 * error).toFixed(1)}`));
      svg.append(sv("title", {}, `${entry.right} of ${entry.windows} windows`));
    });
    return svg;
  }
  function positionBars() {
    const P = E.positions, W = 400, H = 240, left = 46, right = 10, top = 10, bottom = 40, step = (W - left - right) / P.length;
    const svg = sv("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "accuracy at each position" });
    const Y = (value) => top + (1 - value) * (H - top - bottom);
    for (const tick of [0, 0.25, 0.5, 0.75, 1])
      svg.append(sv("line", { class: "grid", x1: left, x2: W - right, y1: Y(tick), y2: Y(tick) }), sv("text", { class: "soft", x: left - 6, y: Y(tick) + 4, "text-anchor": "end" }, 100 * tick + " %"));
    P.forEach((entry, t) => {
      const x = left + t * step;
      if (entry.counted) {
        const accuracy = entry.right / entry.counted;
        svg.append(sv("rect", { x: x + step * 0.1, width: step * 0.8, y: Y(accuracy), height: Y(0) - Y(accuracy), fill: entry.trained ? colour(0) : "var(--axis)", opacity: entry.trained ? 1 : 0.55 },
          sv("title", {}, `position ${t}: ${percent(accuracy)} of ${whole(entry.counted)} windows` + (entry.trained ? "" : ", never trained") +
            (entry.known === null ? "" : `; in ${percent(entry.known / entry.counted)} of them the control token that governs is in view`))));
      }
      if ((P.length - 1 - t) % Math.ceil(P.length / 8) === 0)
        svg.append(sv("text", { class: "soft", x: x + step / 2, y: H - bottom + 16, "text-anchor": "middle" }, String(t)));
    });
    if (P.some((entry) => entry.known !== null))
      svg.append(sv("path", { class: "curve", stroke: colour(1), d: P.filter((entry) => entry.counted).map((entry) => [left + (P.indexOf(entry) + 0.5) * step, Y(entry.known / entry.counted)])
        .map(([x, y], i) => (i ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1)).join("") }));
    svg.append(sv("text", { class: "soft", x: (left + W - right) / 2, y: H - 6, "text-anchor": "middle" }, "position in the window"));
    return svg;
  }
  function accuracy() {
    const text = D.model.loss_at === "last"
      ? "The loss reads the last position only, so that no other one is trained: those are grey."
      : "The loss reads every position.";
    const part = section("accuracy", "Accuracy", `On ${whole(E.windows)} ${E.fresh ? "fresh" : "validation"} windows of seed ${D.seed}. ${text}`);
    const charts = [];
    if (subtasks.length) charts.push(figure("By subtask", bars(), "At the last position, by the subtask that governs there, with the standard error."));
    if (E.positions.length > 1 && E.positions.some((entry) => entry.counted)) {
      const known = E.positions.some((entry) => entry.known !== null);
      charts.push(figure("By position", [legend([["trained", colour(0)], ["never trained", "var(--axis)"]].filter(([name]) => E.positions.some((entry) => entry.counted && entry.trained === (name === "trained")))
        .concat(known ? [["the control token that governs is in view", colour(1)]] : [])), positionBars()],
        known ? "Where the control token that governs came before the window a position cannot know its task: the curve is the share of windows in which it can." : null));
    }
    const D2 = E.distances;
    if (D2.length) {
      const series = D2.map((entry, i) => ({ name: entry.name, colour: colour(i), dots: true,
        points: entry.counted.map((count, distance) => [distance, count >= 20 ? entry.right[distance] / count : null]) }));
      const low = Math.min(...series.flatMap((entry) => entry.points.map(([, y]) => y).filter((y) => y !== null)));
      charts.push(figure("By distance since the control token", lineChart({ series, x: "symbols since the last control token", low: low > 0.5 ? 0.5 : 0, high: 1, percent: true, integers: true, endLabels: 46, label: "accuracy by distance since the control token" }),
        `At positions that are trained, of each subtask that governs; 0 is the symbol that carries the token. Distances with fewer than 20 windows are left out` +
        (E.no_control_in_view.counted ? `, and so are ${whole(E.no_control_in_view.counted)} predictions without a token in view, ${percent(E.no_control_in_view.right / E.no_control_in_view.counted)} of them right.` : ".")));
    }
    part.append(el("div", { class: "triple" }, charts));
  }

  function confusion() {
    if (!E.confusion.length) return;
    const part = section("confusion", "Confusion", "Rows are what was to be predicted, columns what was; the diagonal is right. Shade is the share of the row" +
      (E.confusion_symbols.length < D.task.symbols ? "; the most frequent symbols, the others together." : "."));
    const names = E.confusion_symbols.map(symbolText).concat(E.confusion_symbols.length < D.task.symbols ? ["other"] : []);
    part.append(el("div", { class: "confusions" }, E.confusion.map((entry, index) => {
      const n = names.length, cell = 15, left = 40, top = 26, size = left + n * cell + 14, mark = n > 20 ? 2 : 1;
      const svg = sv("svg", { viewBox: `0 0 ${size} ${top + n * cell + 8}`, role: "img", "aria-label": "confusion " + entry.name });
      let wrong = entry.wrong_among_others, total = 0;
      entry.counts.forEach((row, i) => {
        const sum = row.reduce((a, b) => a + b, 0);
        total += sum;
        wrong += sum - row[i];
        row.forEach((count, j) => {
          const share = sum ? count / sum : 0;
          svg.append(sv("rect", { x: left + j * cell, y: top + i * cell, width: cell - 1, height: cell - 1, rx: 2,
            fill: count ? (i === j ? colour(0) : colour(1)) : "var(--tint)", "fill-opacity": count ? Math.max(0.12, i === j ? share : Math.min(1, 4 * share)) : 1 },
            sv("title", {}, `${names[i]} predicted as ${names[j]}: ${count} of ${sum}`)));
        });
        if (i % mark === 0)
          svg.append(sv("text", { class: "soft small", x: left - 6, y: top + i * cell + 11, "text-anchor": "end" }, names[i]),
            sv("text", { class: "soft small", x: left + i * cell + cell / 2, y: top - 6, "text-anchor": "middle" }, names[i]));
      });
      return figure(entry.name + (entry.label ? " " + entry.label : ""), svg, `${whole(wrong)} of ${whole(total)} predictions are wrong.`);
    })));
    part.append(el("p", { class: "note" }, "Wrong cells are drawn four times as dark as right ones."));
  }

  function tape(sample, from, wrong) {
    return el("div", { class: "tape" }, sample.symbols.slice(from).map((symbol, i) => {
      const control = sample.controls ? sample.controls[from + i] : -1;
      const text = D.task.interspersed && symbol < 0 ? "" : symbolText(symbol);
      return el("div", { class: "cell" + (wrong && wrong[from + i] ? " miss" : "") }, [!sample.controls ? null : el("i", { style: control < 0 ? null : `color:${controlColour(control)}` }, controlName(control)), el("span", {}, text)]);
    }));
  }
  function controlColour(control) {
    const index = subtasks.findIndex((entry) => entry.control === control);
    return index < 0 ? "var(--faint)" : colour(index);
  }

  function attention() {
    const A = D.attention;
    if (!A) return;
    const part = section("attention", "Attention", "In each map rows are queries and columns keys, from the oldest position to the newest. The shade grows with the root of the weight by which a head reads, 1 being full" +
      (A.maps.some((map) => map.signed) ? "; negative ones in the second colour." : "."));
    const buttons = el("div", { class: "buttons" }), shown = el("div"), reading = el("div", { class: "reading" });
    let sampleNumber = 0, chosen = null;
    function draw() {
      const sample = A.samples[sampleNumber];
      [...buttons.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === sampleNumber)));
      shown.replaceChildren(tape(sample, A.from), el("p", { class: "note", style: "margin-top:6px" }, answer(sample)));
      A.maps.forEach((map, m) => {
        // The longer of layers and heads goes across.
        const across = map.layers.length >= map.heads.length, columns = across ? map.layers : map.heads, rows = across ? map.heads : map.layers;
        const layerName = (layer) => map.layer_count > 1 ? `layer ${layer + 1}` : "", headName = (head) => `head ${head + 1}`;
        const size = Math.max(66, Math.min(170, Math.floor((1020 - 6 * columns.length) / columns.length)));
        const grid = el("div", { class: "maps", style: `grid-template-columns:62px repeat(${columns.length},${size}px)` });
        const large = el("div", { class: "large" });
        const enlarge = (i, h) => {
          chosen = { m, i, h };
          large.replaceChildren(largeMap(A, map, sample, map.data[sampleNumber][i][h], map.layers[i], map.heads[h], reading));
        };
        grid.append(el("div"));
        for (const column of columns) grid.append(el("div", { class: "head" }, across ? layerName(column) : headName(column)));
        rows.forEach((row, r) => {
          grid.append(el("div", { class: "label" }, across ? headName(row) : layerName(row)));
          columns.forEach((column, c) => {
            const i = across ? c : r, h = across ? r : c;
            const svg = mapSvg(A, map, sample, map.data[sampleNumber][i][h], map.layers[i], map.heads[h], reading);
            svg.addEventListener("click", () => enlarge(i, h));
            grid.append(svg);
          });
        });
        const omitted = (map.layers.length < map.layer_count ? ` ${map.layers.length} of ${map.layer_count} layers, evenly spaced.` : "") +
          (map.heads.length < map.head_count ? ` The first ${map.heads.length} of ${map.head_count} heads.` : "");
        const decay = map.slopes.length ? ` Decay of the heads: ${map.heads.map((head) => short(map.slopes[head])).join(", ")}.` : "";
        shown.append(el("h3", { style: "margin-top:18px" }, `${map.name}: kernel ${map.kernel}`), el("p", { class: "note" }, `${map.formula}.` + decay + omitted),
          el("div", { class: "scroll" }, grid), large);
        enlarge(...(chosen && chosen.m === m ? [chosen.i, chosen.h] : [map.layers.length - 1, 0]));
      });
    }
    A.samples.forEach((sample, i) => {
      const button = el("button", { type: "button" }, sample.governing === undefined || sample.governing < 0 ? `window ${sample.number}` : `${controlName(sample.governing)}: window ${sample.number}`);
      button.addEventListener("click", () => { sampleNumber = i; draw(); });
      buttons.append(button);
    });
    part.append(buttons, figure(null, [shown, reading], A.from ? `The last ${A.shown} of ${D.model.context} positions.` : null));
    draw();
  }
  /// [[signed level, path of the cells]...] of a map; the shade grows with the root of the weight.
  function shades(A, map, values) {
    const n = A.shown, levels = 16, paths = new Map();
    for (let query = 0; query < n; ++query)
      for (let key = 0; key < (map.causal ? query + 1 : n); ++key) {
        const value = weightAt(A, map, values, query, key), level = Math.round(Math.sqrt(Math.min(1, Math.abs(value))) * levels);
        const name = value < 0 ? -level : level;
        if (level > 0) paths.set(name, (paths.get(name) || "") + `M${key} ${query}h1v1h-1z`);
      }
    return [...paths].map(([level, d]) => sv("path", { d, fill: level < 0 ? colour(1) : colour(0), "fill-opacity": Math.abs(level) / levels, "shape-rendering": "crispEdges" }));
  }
  function weightAt(A, map, values, query, key) {
    return map.causal ? (key <= query ? values[query * (query + 1) / 2 + key] : 0) : values[query * A.shown + key];
  }
  const tokenName = (sample, position) => symbolText(sample.symbols[position]) || controlName(sample.controls ? sample.controls[position] : -1);
  function follow(svg, cells, A, map, sample, values, layer, head, reading) {
    const n = A.shown, name = (position) => `${position + A.from} (${tokenName(sample, position + A.from)})`;
    cells.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(cells.getScreenCTM().inverse()), key = Math.floor(at.x), query = Math.floor(at.y);
      if (key < 0 || query < 0 || key >= n || query >= n) return;
      reading.textContent = `layer ${layer + 1}, head ${head + 1}: position ${name(query)} reads position ${name(key)} with ${short(weightAt(A, map, values, query, key))}`;
    });
    svg.addEventListener("pointerleave", () => { reading.textContent = ""; });
  }
  function mapSvg(A, map, sample, values, layer, head, reading) {
    const n = A.shown, ground = sv("rect", { width: n, height: n, fill: "transparent" }), cells = sv("g", {}, [ground, ...shades(A, map, values)]);
    const svg = sv("svg", { viewBox: `0 0 ${n} ${n}`, role: "img", "aria-label": `attention of layer ${layer + 1}, head ${head + 1}` }, cells);
    follow(svg, cells, A, map, sample, values, layer, head, reading);
    return svg;
  }
  /// With the tokens on both sides.
  function largeMap(A, map, sample, values, layer, head, reading) {
    const n = A.shown, cell = Math.max(14, Math.min(18, Math.floor(430 / n))), left = 34, top = 36, size = n * cell;
    const ground = sv("rect", { width: n, height: n, fill: "var(--tint)" });
    const cells = sv("g", { transform: `translate(${left} ${top}) scale(${cell})` }, [ground, ...shades(A, map, values)]);
    const svg = sv("svg", { viewBox: `0 0 ${left + size + 4} ${top + size + 4}`, width: left + size + 4, role: "img", "aria-label": `attention of layer ${layer + 1}, head ${head + 1}, enlarged` }, cells);
    for (let t = 0; t < n; ++t) {
      const control = sample.controls ? sample.controls[t + A.from] : -1, fill = control < 0 ? null : `fill:${controlColour(control)};font-weight:700`;
      const text = tokenName(sample, t + A.from) + (control >= 0 && sample.symbols[t + A.from] >= 0 ? controlName(control) : "");
      svg.append(sv("text", { class: "soft small", x: left - 5, y: top + (t + 0.5) * cell + 4, "text-anchor": "end", style: fill }, text),
        sv("text", { class: "soft small", "text-anchor": "start", style: fill, transform: `translate(${left + (t + 0.5) * cell + 4} ${top - 5}) rotate(-90)` }, text));
    }
    follow(svg, cells, A, map, sample, values, layer, head, reading);
    return el("div", {}, [el("h3", {}, (map.layer_count > 1 ? `Layer ${layer + 1}, head ` : "Head ") + (head + 1)), el("p", { class: "note" }, "A click on a map puts it here."), svg]);
  }

  function weights() {
    const part = section("weights", "Weights", `The norm of each tensor, and of its gradient on the first training batch of seed ${D.seed}, ${whole(D.gradient_batch)} samples. Of stacked layers both are shown layer by layer, numbered from the input.`);
    const stacked = D.weights.filter((entry) => entry.layers > 1);
    const chart = (title, key) => figure(title, lineChart({ series: stacked.map((entry, i) => ({ name: entry.name, colour: colour(i), dots: true, points: entry[key].map((value, layer) => [layer + 1, value]) })),
      x: "layer", log: true, integers: true, width: 560, endLabels: 92, label: title }));
    if (stacked.length)
      part.append(el("div", { class: "pair" }, [chart("Root mean square of the weights", "rms"), chart("Norm of the gradient", "gradient_norm")]));
    const total = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const rows = D.weights.map((entry) => el("tr", {}, [el("td", {}, entry.name), el("td", { class: "detail" }, entry.axes), el("td", { class: "number" }, whole(entry.count)),
      el("td", { class: "number" }, short(total(entry.norm))), el("td", { class: "number" }, short(total(entry.norm) / Math.sqrt(entry.count))), el("td", { class: "number" }, short(total(entry.gradient_norm)))]));
    const head = ["weight", "axes", "count", "norm", "root mean square", "norm of the gradient"].map((name, i) => el("th", { class: i > 1 ? "number" : null }, name));
    part.append(figure(null, el("div", { class: "scroll" }, el("table", {}, [el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)]))));
  }

  function answer(sample) {
    const by = sample.governing === undefined || sample.governing < 0 ? "" : ` Governed by ${controlName(sample.governing)}.`;
    return (sample.target < 0 ? "Nothing is to be predicted after it." : `What follows is ${symbolText(sample.target)}; predicted is ${symbolText(sample.predicted)}.`) + by;
  }
  function gallery() {
    const G = D.gallery;
    if (!G.length) return;
    const part = section("gallery", "Predictions", "The first windows that are wrong and the first that are right" + (subtasks.length ? ", of each subtask" : "") +
      ", predicted at the last position." + (D.task.controls.length ? " Control tokens stand above the symbols that carry them." : "") + (D.model.loss_at === "all" ? " Symbols that the position before predicts wrongly are underlined." : ""));
    part.append(el("div", { class: "cards" }, G.map((entry) => {
      const right = entry.predicted === entry.target;
      return el("div", { class: "card" + (right ? "" : " wrong") }, [tape(entry, 0, entry.wrong), el("div", { class: "answer" }, [el("span", { class: right ? "yes" : "no" }, right ? "right: " : "wrong: "),
        el("b", {}, symbolText(entry.predicted)), right ? "" : ` instead of ${symbolText(entry.target)}`,
        (entry.governing === undefined || entry.governing < 0 ? "" : `; ${controlName(entry.governing)} ${D.task.controls[entry.governing].label} governs`) + `, window ${entry.number}`]),
        el("div", { class: "shares" }, entry.top.map(([symbol, share]) => el("span", { class: "share" }, D.model.probabilities
          ? [el("i", { style: `width:${Math.max(2, 70 * share)}px` }), `${symbolText(symbol)} ${percent(share)}`] : `${symbolText(symbol)}: ${short(share)}`)))]);
    })));
  }

  page.querySelectorAll("noscript").forEach((node) => node.remove());
  header();
  curves();
  accuracy();
  gallery();
  attention();
  confusion();
  weights();
  architecture();
  contents();
  page.append(el("footer", {}, `Made by ${D.model.program} report from ${D.weights_file.name}; compiled by iarcc ${D.model.compiler} for ${D.model.target_cpu}, ${D.model.precision}. ` +
    "The numbers of this page are JSON in its source."));
})();
