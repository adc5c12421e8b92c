import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { dayTime } from '../data/time';
import { Notice, Spoken, Wait } from '../ui/parts';
import { Head } from './nav';
import { openFile, type Opened } from './saved';
import { NotAStory } from './shapes';
import { StoryView } from './story';

/** A story that somebody saved: it needs no service and no key. */
export function FilePage() {
  const id = useId();
  const opened = useSignal<Opened | null>(null);
  const why = useSignal('');
  const busy = useSignal(false);
  const over = useSignal(false);

  async function open(file: File | undefined) {
    if (!file || busy.peek()) return;
    busy.value = true;
    why.value = '';
    try {
      opened.value = await openFile(file);
    } catch (e) {
      opened.value = null;
      why.value = e instanceof NotAStory ? `Not opened: ${e.message}.` : 'Not opened: the file could not be read.';
    } finally {
      busy.value = false;
    }
  }
  useEffect(() => {
    const drag = (e: DragEvent) => {
      e.preventDefault(); // else the browser goes to the file
      over.value = e.type === 'dragover';
      if (e.type === 'drop') void open(e.dataTransfer?.files[0]);
    };
    const kinds = ['dragover', 'dragleave', 'drop'] as const;
    kinds.forEach((k) => document.addEventListener(k, drag));
    return () => kinds.forEach((k) => document.removeEventListener(k, drag));
  }, []);
  const o = opened.value;
  return (
    <>
      <Head title={o ? 'A saved story' : 'Open a saved story'} here="file" />
      <div class={`drop ${over.value ? 'over' : ''}`}>
        <label for={id}>A file that was saved here, or of another Headroom</label>
        <input id={id} type="file" accept=".json,application/json" aria-describedby={`${id}-how`} onChange={(e) => void open(e.currentTarget.files?.[0])} />
        <p class="small" id={`${id}-how`}>Choose it, or drag it onto this page. It stays in this browser: nothing is asked of the service.</p>
      </div>
      <Spoken>
        {busy.value && <Wait>Reading the file …</Wait>}
        {why.value && <Notice tone="bad">{why.value}</Notice>}
        {o && !busy.value && <Notice tone="info"><span class="said">{o.name}</span>{o.savedAt && `, saved ${dayTime(o.savedAt)}`}. What it says is the word of whoever gave it to you.</Notice>}
      </Spoken>
      {o && <StoryView key={o.name + String(o.savedAt)} story={o.story} reading={null} />}
    </>
  );
}
