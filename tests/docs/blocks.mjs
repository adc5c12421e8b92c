// The fenced blocks of a page, and whether an answer is what the page shows.

/** [{language, name, text, line}], in order; `line`: of its fence, from 1. Throws for a fence without an end. */
export function blocksOf(page) {
  const blocks = [];
  let open = null;
  page.split('\n').forEach((line, n) => {
    const fence = /^```(\S*) ?(.*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push({ language: open.language, name: open.name, text: open.lines.join('\n'), line: open.line });
      open = null;
    } else open = { language: fence[1], name: fence[2].trim(), lines: [], line: n + 1 };
  });
  if (open) throw new Error(`line ${open.line}: a fence without an end`);
  return blocks;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (text) => new RegExp(`^${text.split('...').map(escaped).join('[\\s\\S]*?')}$`);
/** Spaces between the words of JSON say nothing. */
const dense = (json) => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
const trimmed = (text) => text.trim().split('\n').map((line) => line.trimEnd()).join('\n');

/** Whether `shown` of a page, in `language` console or json, is what was printed. */
export const agrees = (language, shown, printed) =>
  language === 'json' ? pattern(dense(shown)).test(dense(printed)) : pattern(trimmed(shown)).test(trimmed(printed));
