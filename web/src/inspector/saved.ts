// A story as a file: what the service tells, all of it in one document, so that it can be looked at without the service.
import { type Gap, NotAStory, type Story, type StoryEvent, storyOf } from './shapes';

const LARGEST_FILE = 256 * 1024 * 1024;

const eventOf = ({ took: _, bad: __, ...e }: StoryEvent) => e;
const gapOf = ({ start: _, end: __, ...g }: Gap) => g;

/** The document that is saved and copied; `storyOf` reads it, as it reads the service's own answer. */
export const savedText = (s: Story, at = new Date()): string =>
  JSON.stringify({ saved_at: at.toISOString(), ...s, events: s.events.map(eventOf), gaps: s.gaps.map(gapOf) });

export const nameOf = (s: Story): string => `headroom-${s.subject.kind}-${s.subject.id}.json`;

export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun to save it
}
export const save = (s: Story): void => saveText(nameOf(s), savedText(s));

export interface Opened { name: string; savedAt: string | null; story: Story }

/** Throws NotAStory: the file says something else. It is read as text, and never run. */
export async function openFile(file: File): Promise<Opened> {
  if (file.size > LARGEST_FILE) throw new NotAStory(`The file is larger than ${LARGEST_FILE >> 20} MB`);
  let said: unknown;
  try {
    said = JSON.parse(await file.text());
  } catch {
    throw new NotAStory('The file is not JSON');
  }
  const story = storyOf(said);
  const at = (said as { saved_at?: unknown }).saved_at;
  return { name: file.name, savedAt: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : null, story };
}
