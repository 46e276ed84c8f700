import { markdownTable } from 'markdown-table';
import { clean, MAX_FOREIGN_LENGTH } from './foreign.ts';
import type { Plain, Prose, Segment } from './prose.ts';
import type { Table } from './table.ts';

/** Markdown for GitHub. Only the functions of this file make it, so a raw string does not type-check as one. */
export type Md = string & { readonly __md: unique symbol };

/** A template whose fixed parts are ours and whose holes are Markdown or plain text of ours. */
export function md(parts: TemplateStringsArray, ...holes: readonly (Md | Plain)[]): Md {
  return String.raw({ raw: parts }, ...holes) as Md;
}

/**
 * Foreign text. Character references never act as Markdown structure, with `.` and `:` among them no address becomes a
 * link, and inside `<code>` neither `@` nor `#` mentions or links anything. E-mail addresses are looked for after
 * references have been resolved, in runs of text: the tag before the `@` leaves none in front of it.
 */
export function escapeMarkdown(text: string, most = MAX_FOREIGN_LENGTH): Md {
  const escaped = clean(text, most).replace(
    /[^A-Za-z0-9 ]/gu,
    (c) => `${c === '@' ? '<wbr>' : ''}&#${c.codePointAt(0)};`,
  );
  return `<code>${escaped === '' ? 'empty' : escaped}</code>` as Md;
}

export function toMarkdown(prose: Prose): Md {
  return prose.map(writeSegment).join('') as Md;
}

function writeSegment(segment: Segment): string {
  switch (segment.style) {
    case 'plain':
      return segment.text;
    case 'strong':
      return `**${segment.text}**`;
    case 'code':
      return `\`${segment.text}\``;
    case 'foreign':
      return escapeMarkdown(segment.text);
  }
}

export function tableToMarkdown({ columns, rows }: Table): Md {
  const head = columns.map((column) => toMarkdown(column.title));
  const body = rows.map((row) => row.map(toMarkdown));
  const align = columns.map((column) => column.align);
  return markdownTable([head, ...body], { align, alignDelimiters: false }) as Md;
}

/** Blocks with a blank line between them. */
export function blocks(...parts: readonly (Md | null)[]): Md {
  return parts.filter((part) => part !== null && part !== '').join('\n\n') as Md;
}

export function lines(...parts: readonly Md[]): Md {
  return parts.join('\n') as Md;
}

export function small(prose: Prose): Md {
  return md`<sub>${toMarkdown(prose)}</sub>`;
}

export function numbered(items: readonly Prose[]): Md {
  return items.map((item, i) => `${i + 1}. ${toMarkdown(item)}`).join('\n') as Md;
}

export function bullets(items: readonly Prose[]): Md {
  return items.map((item) => `- ${toMarkdown(item)}`).join('\n') as Md;
}

/** A block that is folded until asked for; blank lines keep its inside Markdown. */
export function details(summary: Md, body: Md): Md {
  return body === '' ? body : md`<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

export function alert(kind: 'CAUTION' | 'WARNING' | 'NOTE', text: Prose): Md {
  return md`> [!${kind as string as Plain}]\n> ${toMarkdown(text)}`;
}

export function mermaid(chart: Plain | null): Md | null {
  return chart === null ? null : md`\`\`\`mermaid\n${chart}\n\`\`\``;
}

/** Blocks as a file of their own. */
export function page(...parts: readonly (Md | null)[]): string {
  return lines(blocks(...parts), md``);
}
