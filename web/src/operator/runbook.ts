// docs/operations.md, read as far as it is written: headings, paragraphs, lists, tables, code. It becomes text, never HTML.
export type Block =
  | { is: 'text'; text: string }
  | { is: 'item'; text: string }
  | { is: 'code'; text: string }
  | { is: 'table'; heads: string[]; rows: string[][] };
export interface Section { title: string; slug: string; blocks: Block[] }

/** As GitHub names headings. */
export const slugOf = (title: string): string => title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');

/** At `|`, unless it stands in backticks. */
const cells = (line: string): string[] => (line.trim().replace(/^\||\|$/g, '').match(/(?:`[^`]*`|[^|`])+/g) ?? []).map((c) => c.trim());

const kindOf = (line: string): Block['is'] | 'rule' | 'blank' =>
  !line.trim() ? 'blank' : /^\|[\s:|-]+\|$/.test(line) ? 'rule' : line.startsWith('|') ? 'table' : /^ {4}/.test(line) ? 'code' : /^(?:- |\d+\. )/.test(line) ? 'item' : 'text';

function blocksOf(lines: string[]): Block[] {
  const out: Block[] = [];
  let open: Block | null = null; // what the next line may go on with
  for (const line of lines) {
    const kind = kindOf(line);
    if (kind === 'blank') open = null;
    else if (kind === 'rule') continue;
    else if (kind === 'table') {
      if (open?.is === 'table') open.rows.push(cells(line));
      else out.push((open = { is: 'table', heads: cells(line), rows: [] }));
    } else if (kind === 'code' && (open === null || open.is === 'code')) {
      if (open) open.text += `\n${line.slice(4)}`;
      else out.push((open = { is: 'code', text: line.slice(4) }));
    } else if (open && open.is !== 'table' && open.is !== 'code' && kind !== 'item' && !line.startsWith('**')) open.text += ` ${line.trim()}`;
    else out.push((open = { is: kind === 'item' ? 'item' : 'text', text: line.trim().replace(/^- /, '') }));
  }
  return out;
}

export function sectionsOf(markdown: string): Section[] {
  const parts = markdown.split(/^#+ (.*)$/m).slice(1);
  return parts.flatMap((title, i) => (i % 2 === 0 ? [{ title, slug: slugOf(title), blocks: blocksOf(parts[i + 1]!.split('\n')) }] : []));
}

export interface Advice { kind: string; meaning: string; first: string; more: string[] }

/** What stands in the table of alerts of this kind, and the paragraphs that it, or its first step, speaks of. */
export function adviceOn(sections: Section[], kind: string): Advice[] {
  const texts = sections.flatMap((s) => s.blocks.flatMap((b) => (b.is === 'text' ? [b.text] : [])));
  const named = `\`${kind}\``;
  const rows = sections.flatMap((s) => s.blocks.flatMap((b) => (b.is === 'table' ? b.rows : []))).filter((r) => r.length === 3 && r[0]!.includes('alert') && r[0]!.includes(named));
  return rows.map(([, meaning, first]) => {
    const titles = [...`${meaning} ${first}`.matchAll(/"([^"]+)"/g)].map((m) => m[1]!);
    const more = texts.filter((t) => titles.some((title) => t.toLowerCase().startsWith(`**${title.toLowerCase()}`)) || (t.startsWith('**') && t.includes(named)));
    return { kind, meaning: meaning!, first: first!, more };
  });
}

export type Piece = { is: 'plain' | 'code' | 'bold'; text: string };
/** Code, bold and links, of which the words are kept. */
export function piecesOf(text: string): Piece[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((p) => (
    /^`.+`$/.test(p) ? { is: 'code', text: p.slice(1, -1) } : /^\*\*.+\*\*$/.test(p) ? { is: 'bold', text: p.slice(2, -2) } : { is: 'plain', text: p.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1') }
  ));
}
