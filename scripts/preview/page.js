/* global mermaid */
// Draws the diagrams in the page's theme, as GitHub does, and anew where the theme is changed.
const preferred = matchMedia('(prefers-color-scheme: dark)');
const diagrams = [...document.querySelectorAll('.diagram')].map((box) => ({ box, source: box.textContent }));
let chosen = null;
let turn = Promise.resolve();

function show() {
  const theme = chosen ?? (preferred.matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  for (const style of document.querySelectorAll('style[data-theme-of]')) {
    style.media = style.dataset.themeOf === theme ? 'all' : 'not all';
  }
  turn = turn.then(() => draw(theme));
}

async function draw(theme) {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: theme === 'dark' ? 'dark' : 'default' });
  for (const [i, { box, source }] of diagrams.entries()) {
    try {
      const { svg } = await mermaid.render(`diagram-${i}`, source);
      box.innerHTML = svg;
    } catch (error) {
      box.textContent = `Unable to render this diagram: ${error.message}`;
      box.dataset.failed = '';
    }
  }
  // Told to whoever waits for the page to be whole.
  document.documentElement.dataset.drawn = theme;
}

for (const button of document.querySelectorAll('button[data-theme]')) {
  button.addEventListener('click', () => {
    chosen = button.dataset.theme;
    show();
  });
}
preferred.addEventListener('change', show);
show();
