import { Marked, type Tokens } from 'marked';

/**
 * Markdown as GitHub shows it: its dialect, alerts, and Mermaid fences as boxes that the page's script draws into. What
 * GitHub would strip stays in: the page allows no script but its own.
 */
export function renderGitHubMarkdown(markdown: string): string {
  const marked = new Marked({ gfm: true, renderer: { code: drawFence } });
  let depth = 0;
  const parts = marked.lexer(markdown).map((token) => {
    if (token.type === 'html') depth += count(token.raw, /<details\b/g) - count(token.raw, /<\/details>/g);
    // Inside a folded block an alert stays a quotation there, too.
    const alert = depth === 0 && token.type === 'blockquote' ? readAlert(token as Tokens.Blockquote) : null;
    return alert === null ? marked.parser([token]) : drawAlert(alert.kind, marked.parse(alert.text) as string);
  });
  return parts.join('');
}

const ALERTS = ['note', 'tip', 'important', 'warning', 'caution'];

function readAlert({ text }: Tokens.Blockquote): { kind: string; text: string } | null {
  const [first = '', ...rest] = text.split('\n');
  const kind = /^\[!([A-Za-z]+)\]\s*$/.exec(first)?.[1]?.toLowerCase() ?? '';
  return ALERTS.includes(kind) ? { kind, text: rest.join('\n') } : null;
}

function drawAlert(kind: string, html: string): string {
  const title = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const icon =
    '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7"/><path d="M8 4v5M8 11.2v.6"/></svg>';
  return `<div class="markdown-alert markdown-alert-${kind}"><p class="markdown-alert-title">${icon}${title}</p>\n${html}</div>\n`;
}

/** False leaves a fence to the parser's own way of drawing it. */
function drawFence({ lang, text }: Tokens.Code): string | false {
  if (lang !== 'mermaid') return false;
  const escaped = text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<div class="diagram" role="img" aria-label="diagram"><pre>${escaped}</pre></div>\n`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
