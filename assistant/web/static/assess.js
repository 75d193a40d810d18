// The tab of the assessment: tabs, questions, progress, files of answers, report. Answers live in this page alone.
// No text of its own: the words come with the questions (assess_texts.py). Text is only ever set as text; the one
// piece of HTML is the report, which the server has escaped.
(() => {
  "use strict";
  const lang = document.documentElement.lang === "fr" ? "fr" : "en";
  const address = (path) => new URL(path, document.baseURI);
  const CARRIED = "assessment-carried"; // in the session's storage for the time of one reload, then removed
  const UNKNOWN = "unknown";
  const state = { answers: {}, before: null, axis: 0, unsaved: false, made: null };
  let data, words, root;

  function make(tag, properties = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in node && !name.startsWith("aria")) node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const button = (text, press, properties = {}) => make("button", { type: "button", textContent: text, onclick: press, ...properties });
  const status = make("p", { id: "assess-status", "aria-live": "polite" });
  const say = (text) => { status.textContent = text; };
  const saySoon = (text) => { // good news leaves by itself; what went wrong stays
    say(text);
    setTimeout(() => { if (status.textContent === text) say(""); }, 8000);
  };

  // What is asked follows from the answers, as assistant/assess/answers.py has it.
  const lineHolds = (line, value) => value !== undefined && (line.above !== null || line.upto !== null
    ? typeof value === "number" && (line.above === null || value > line.above) && (line.upto === null || value <= line.upto)
    : line.among.includes(value));
  function asked() {
    const values = {}, found = [];
    for (const question of data.questions) {
      const when = question.asked_when;
      if (when.length && !when.some((block) => block.every((line) => lineHolds(line, values[line.question])))) continue;
      values[question.id] = state.answers[question.id] ?? UNKNOWN;
      found.push(question);
    }
    return found;
  }
  const answered = (question) => state.answers[question.id] !== undefined;

  function set(question, value) {
    if (value === undefined) delete state.answers[question.id];
    else state.answers[question.id] = value;
    state.unsaved = Object.keys(state.answers).length > 0;
    refresh();
  }

  function choiceFields(question) {
    return question.choices.map((choice) => {
      const input = make("input", { type: "radio", name: `q-${question.id}`, value: choice.id });
      input.onchange = () => set(question, choice.id);
      return make("label", { className: choice.id === UNKNOWN ? "choice not-known" : "choice" }, input, make("span", { textContent: choice.text }));
    });
  }
  function writtenFields(question) {
    const number = question.kind === "number";
    const input = make("input", {
      type: "text", name: `q-${question.id}`, id: `q-${question.id}-value`, autocomplete: "off", maxLength: 200,
      "aria-labelledby": `q-${question.id}-text`,
    });
    if (number) input.inputMode = "decimal";
    const unknown = make("input", { type: "checkbox", name: `q-${question.id}-unknown` });
    const wrong = make("p", { className: "wrong", hidden: true, textContent: words.wrong_number, id: `q-${question.id}-wrong` });
    input.onchange = () => {
      const typed = input.value.trim();
      const value = number ? Number(typed.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".")) : typed;
      const bad = number && typed !== "" && !(value >= 0 && value <= 1e12);
      wrong.hidden = !bad;
      input.setAttribute("aria-invalid", bad);
      if (bad) input.setAttribute("aria-describedby", wrong.id);
      if (typed) unknown.checked = false;
      set(question, typed === "" || bad ? undefined : value);
    };
    unknown.onchange = () => {
      if (unknown.checked) { input.value = ""; wrong.hidden = true; input.setAttribute("aria-invalid", false); }
      set(question, unknown.checked ? UNKNOWN : undefined);
    };
    const box = make("div", { className: "written" }, input);
    if (question.unit) box.append(make("span", { className: "unit", textContent: question.unit }));
    return [box, wrong, make("label", { className: "choice not-known" }, unknown, make("span", { textContent: words.unknown }))];
  }
  function field(question) {
    const source = question.source;
    const place = `${source.title} › ${source.section} (${source.document})`;
    const why = make("details", { className: "why" },
      make("summary", { textContent: words.why }),
      make("p", { textContent: question.help }),
      make("blockquote", { textContent: source.quote }),
      make("p", { className: "note", textContent: place }));
    const ask = button(fill(words.ask, { question: question.ask }), () => askAbout(question), { className: "ask-about" });
    return make("fieldset", { id: `q-${question.id}` },
      make("legend", { textContent: question.text, id: `q-${question.id}-text` }),
      ...(question.kind === "choice" ? choiceFields(question) : writtenFields(question)),
      make("div", { className: "beside" }, why, ask));
  }

  // "Ask about this": the question goes to the conversation and is sent there.
  function askAbout(question) {
    show("talk");
    const box = document.querySelector("#question textarea");
    if (!box) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question.ask);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => { box.focus(); document.querySelector("#send")?.click(); }, 150); // Gradio takes the text first
  }

  function build() {
    const steps = make("ol", { id: "assess-steps", "aria-label": words.steps },
      ...data.axes.map((axis, place) => make("li", {}, button("", () => go(place), { "data-axis": axis.id }))));
    const form = make("form", { id: "assess-form", onsubmit: (event) => event.preventDefault() },
      ...data.axes.map((axis) => make("div", { className: "axis", "data-axis": axis.id },
        make("h3", { textContent: axis.title, tabIndex: -1 }),
        ...data.questions.filter((q) => q.axis === axis.id).map(field))),
      make("div", { className: "moves" },
        button(words.back, () => go(state.axis - 1), { id: "assess-back" }),
        button(words.next, () => go(state.axis + 1), { id: "assess-next", className: "strong" }),
        button(words.report, report, { id: "assess-report", className: "strong" })));
    root.append(
      make("h2", { textContent: words.title, tabIndex: -1 }),
      make("p", { className: "note", textContent: words.intro }),
      make("div", { className: "files" },
        filePicker(words.load, load, "assess-load"), button(words.save, save, { id: "assess-save" }),
        filePicker(words.compare, loadBefore, "assess-compare"), button(words.restart, restart, { id: "assess-restart" })),
      make("div", { id: "assess-asking" },
        make("div", { className: "progress" },
          make("progress", { id: "assess-progress", "aria-labelledby": "assess-done" }), make("span", { id: "assess-done" })),
        steps, form),
      make("div", { id: "assess-report-view", hidden: true }), status);
  }
  function filePicker(text, take, id) {
    const input = make("input", { type: "file", accept: "application/json,.json", hidden: true, id: `${id}-file`, tabIndex: -1, "aria-hidden": true });
    input.onchange = async () => {
      const file = input.files[0];
      input.value = "";
      if (!file) return;
      try {
        const read = JSON.parse(await file.text());
        if (typeof read !== "object" || read === null || Array.isArray(read)) throw new Error("no object");
        take(read);
      } catch { say(words.unreadable); }
    };
    return make("span", {}, button(text, () => input.click(), { id }), input);
  }

  function refresh() {
    const now = asked(), shown = new Set(now.map((question) => question.id));
    for (const question of data.questions) root.querySelector(`#q-${question.id}`).hidden = !shown.has(question.id);
    data.axes.forEach((axis, place) => {
      const own = now.filter((question) => question.axis === axis.id);
      const step = root.querySelector(`#assess-steps button[data-axis="${axis.id}"]`);
      step.textContent = fill(words.step, { axis: axis.title, done: own.filter(answered).length, of: own.length });
      if (place === state.axis) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
      root.querySelector(`.axis[data-axis="${axis.id}"]`).hidden = place !== state.axis;
    });
    const done = now.filter(answered).length, bar = root.querySelector("#assess-progress");
    bar.max = now.length;
    bar.value = done;
    root.querySelector("#assess-done").textContent = fill(words.progress, { done, of: now.length });
    const last = state.axis === data.axes.length - 1;
    root.querySelector("#assess-back").hidden = state.axis === 0;
    root.querySelector("#assess-next").hidden = last;
    const make_report = root.querySelector("#assess-report");
    make_report.textContent = last ? words.report : words.report_now;
    make_report.classList.toggle("strong", last);
  }
  function go(place) {
    state.axis = Math.max(0, Math.min(place, data.axes.length - 1));
    refresh();
    const heading = root.querySelector(`.axis[data-axis="${data.axes[state.axis].id}"] h3`);
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  }
  function fields() { // write the answers into the fields
    for (const question of data.questions) {
      const value = state.answers[question.id];
      const place = root.querySelector(`#q-${question.id}`);
      if (question.kind === "choice") {
        for (const input of place.querySelectorAll("input")) input.checked = input.value === value;
      } else {
        place.querySelector("input[type=text]").value = value === undefined || value === UNKNOWN ? "" : String(value);
        place.querySelector("input[type=checkbox]").checked = value === UNKNOWN;
      }
    }
    refresh();
  }

  function fits(question, value) {
    if (value === UNKNOWN) return true;
    if (question.kind === "choice") return question.choices.some((choice) => choice.id === value);
    return question.kind === "number" ? typeof value === "number" && value >= 0 && value <= 1e12 : typeof value === "string";
  }
  function load(read) {
    const kept = {}, ignored = [];
    for (const [name, value] of Object.entries(read)) {
      const question = data.questions.find((one) => one.id === name);
      if (question && fits(question, value)) kept[name] = question.kind === "text" ? String(value).slice(0, 200) : value;
      else ignored.push(name.slice(0, 40));
    }
    state.answers = kept;
    state.unsaved = false;
    asking();
    fields();
    const said = fill(words.loaded, { n: Object.keys(kept).length });
    say(ignored.length ? `${said} ${fill(words.ignored, { names: ignored.slice(0, 10).join(", ") })}` : said);
  }
  function loadBefore(read) {
    state.before = read;
    say(words.compared);
    if (state.made) report();
  }
  function restart() {
    if (state.unsaved && !confirm(words.restart_sure)) return;
    Object.assign(state, { answers: {}, before: null, axis: 0, unsaved: false, made: null });
    asking();
    fields();
    say("");
  }
  function keep(name, kind, text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  function save() {
    keep(`${words.file_answers}.json`, "application/json", `${JSON.stringify(state.answers, null, 1)}\n`);
    state.unsaved = false;
    saySoon(words.saved);
  }

  async function report() {
    say(words.making);
    let made;
    try {
      const response = await fetch(address("assess/report"), {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ language: lang, answers: state.answers, before: state.before }),
      });
      made = await response.json();
      if (!response.ok) throw new Error(String(response.status));
    } catch { say(words.failed); return; }
    if (made.error) { say(`${made.error.message} ${made.error.hint}`); state.before = null; return; }
    state.made = made;
    const view = root.querySelector("#assess-report-view");
    const shown = make("article", { className: "report", lang });
    shown.innerHTML = made.shown; // escaped by assistant/assess/html.py
    view.replaceChildren(make("div", { className: "moves" },
      button(words.change, () => { asking(); go(state.axis); }, { id: "assess-change" }),
      button(words.as_html, () => keep(`${words.file_report}.html`, "text/html", made.html), { id: "assess-html" }),
      button(words.as_markdown, () => keep(`${words.file_report}.md`, "text/markdown", made.markdown), { id: "assess-markdown" }),
      button(words.as_json, () => keep(`${words.file_report}.json`, "application/json", JSON.stringify(made.data, null, 1)), { id: "assess-json" })),
    shown);
    view.hidden = false;
    root.querySelector("#assess-asking").hidden = true;
    const title = shown.querySelector(".title");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
    saySoon(words.made);
  }
  function asking() {
    state.made = null;
    root.querySelector("#assess-report-view").hidden = true;
    root.querySelector("#assess-asking").hidden = false;
  }

  // The two tabs.
  const tabs = {};
  function show(name) {
    document.body.classList.toggle("assessing", name === "assess");
    for (const [id, tab] of Object.entries(tabs)) {
      tab.setAttribute("aria-selected", id === name);
      tab.tabIndex = id === name ? 0 : -1;
    }
    root.hidden = name !== "assess";
  }
  function buildTabs() {
    for (const name of ["talk", "assess"]) {
      tabs[name] = button(words[`tab_${name}`], () => show(name), {
        id: `tab-${name}`, role: "tab", "aria-controls": name === "assess" ? "assess" : "chat",
      });
    }
    const list = make("div", { id: "tabs", role: "tablist", "aria-label": words.tabs }, ...Object.values(tabs));
    list.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
      event.preventDefault();
      const other = { Home: "talk", End: "assess" }[event.key] || (tabs.talk.tabIndex === 0 ? "assess" : "talk");
      show(other);
      tabs[other].focus();
    });
    return list;
  }

  function carryOver() {
    const carried = sessionStorage.getItem(CARRIED);
    sessionStorage.removeItem(CARRIED);
    if (!carried) return;
    const { answers, before, axis, open, unsaved } = JSON.parse(carried);
    Object.assign(state, { answers, before, axis, unsaved });
    fields();
    if (open) show("assess");
  }
  document.addEventListener("language-changes", () => {
    if (!data || !Object.keys(state.answers).length) return;
    const { answers, before, axis, unsaved } = state;
    sessionStorage.setItem(CARRIED, JSON.stringify({ answers, before, axis, unsaved, open: !root.hidden }));
    state.unsaved = false; // carried over: nothing is lost, nothing to warn about
  });
  addEventListener("beforeunload", (event) => { if (state.unsaved) event.preventDefault(); });

  async function start() {
    const head = document.querySelector("#head");
    if (!head) return false;
    const response = await fetch(address(`assess/questions?lang=${lang}`));
    if (!response.ok) return true;
    data = await response.json();
    words = data.words;
    root = make("section", { id: "assess", role: "tabpanel", "aria-labelledby": "tab-assess", hidden: true });
    head.after(buildTabs(), root);
    build();
    show("talk");
    refresh();
    carryOver();
    return true;
  }
  const waiting = new MutationObserver(() => {
    if (!document.querySelector("#head")) return;
    waiting.disconnect();
    start();
  });
  waiting.observe(document.body, { subtree: true, childList: true });
  if (document.querySelector("#head")) { waiting.disconnect(); start(); }
})();
