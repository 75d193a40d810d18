// What the page does by itself: citations, copying, the language, the log's manners. No text of its own: see texts.py.
(() => {
  "use strict";
  const lang = document.documentElement.lang === "fr" ? "fr" : "en";
  const words = JSON.parse(document.getElementById("words").textContent)[lang];
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const set = (node, name, value) => node && node.getAttribute(name) !== value && node.setAttribute(name, value);

  const line = document.createElement("p");
  line.id = "spoken";
  line.setAttribute("role", "status");
  document.body.append(line);
  const say = (text) => { if (line.textContent !== text) line.textContent = text; };

  function open(link) {
    const source = document.getElementById(link.getAttribute("href").slice(1));
    if (!source) return;
    source.open = true;
    const summary = one("summary", source);
    summary.focus({ preventScroll: true });
    source.scrollIntoView({ block: "nearest", behavior: calm() });
  }
  const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  function download(link) { // made here from what the page holds: the server keeps no receipt
    const text = atob(one(".kept", link.parentElement).textContent);
    const file = document.createElement("a");
    file.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    file.download = words.receipt_file;
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 10000);
  }

  function shown(said) { // without the words that are for the ear alone
    said.classList.add("copying");
    const text = said.innerText;
    said.classList.remove("copying");
    return text;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // plain http: the clipboard is shut, the old command is not
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }

  function switchLanguage() {
    if (one("#chat .message") && !confirm(words.leave)) return;
    document.dispatchEvent(new Event("language-changes")); // assess.js carries its answers over
    const other = lang === "fr" ? "en" : "fr";
    const path = new URL(".", document.baseURI).pathname;
    document.cookie = `ui-lang=${other}; path=${path}; max-age=31536000; samesite=strict`;
    location.reload();
  }

  // Capture phase: Gradio's own copy would take our HTML along.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cite");
    const receipt = event.target.closest("a.receipt");
    const button = event.target.closest("button");
    if (link) {
      event.preventDefault();
      open(link);
    } else if (receipt) {
      event.preventDefault();
      download(receipt);
    } else if (button && button.id === "language") {
      switchLanguage();
    } else if (button && button.dataset.copies) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const said = one(".said", button.closest(".message-buttons").previousElementSibling);
      if (said) copy(shown(said)).then((ok) => {
        say(ok ? words.copied : words.copy_failed);
        button.classList.toggle("copied", ok);
        setTimeout(() => button.classList.remove("copied"), 2000);
      });
    } else if (button && ["stop", "send", "new"].includes(button.id)) {
      setTimeout(write, 50); // the pressed button goes away
    }
  }, true);

  function write() { // not on a phone: its keyboard would cover the answer
    if (matchMedia("(min-width: 641px)").matches) one("#question textarea")?.focus({ preventScroll: true });
  }

  let questions = 0, ready = false, told = "";
  function mend() {
    const log = one("#chat [role=log]");
    if (log) {
      set(log, "aria-live", "off"); // the growing answer would be read again and again
      set(log, "aria-label", words.conversation);
    }
    for (const node of all("#chat [data-testid=user], #chat [data-testid=bot]")) { // Gradio's label is the whole text
      set(node, "role", "group");
      set(node, "aria-label", words[`message_${node.dataset.testid}`]);
    }
    for (const button of all("#chat button[aria-label]")) {
      if (button.dataset.copies || !/copy/i.test(button.getAttribute("aria-label"))) continue;
      button.dataset.copies = "1";
    }
    for (const node of all("#chat .energy .seen")) set(node, "aria-hidden", "true"); // Gradio takes the attribute away
    for (const button of all("#chat button[data-copies]")) {
      set(button, "aria-label", words.copy);
      set(button, "title", words.copy);
    }
    if (!ready && one("#question textarea")) {
      ready = true;
      write();
    }
    for (const node of all("[data-testid=status-tracker] [role=status]")) { // it says "common.complete"
      set(node, "role", "none");
      set(node, "aria-live", "off");
    }
    const status = one("#status")?.innerText.trim();
    if (status && status !== told) say((told = status));
    const asked = all("#chat .asked");
    if (asked.length > questions) { // a new question goes to the top, once; then the reader is left alone
      asked[asked.length - 1].scrollIntoView({ block: "start", behavior: calm() });
    }
    questions = asked.length;
  }
  new MutationObserver(mend).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "aria-live", "title"],
  });
  mend();
})();
