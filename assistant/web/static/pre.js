// Gradio takes its language from the browser; the page's is the one the server wrote in <html lang>.
(() => {
  const lang = document.documentElement.lang;
  Object.defineProperty(navigator, "language", { get: () => lang });
  Object.defineProperty(navigator, "languages", { get: () => [lang] });
})();
