import type { ComponentChildren } from 'preact';

const SCREENS = [['actors', 'Actors'], ['live', 'Live'], ['waits', 'Waits'], ['tree', 'Tree'], ['lints', 'Lints'], ['refused', 'Refused'], ['file', 'Open a file']] as const;
export type Screen = (typeof SCREENS)[number][0];

/** What every screen of the inspector begins with. Nothing here changes anything. */
export function Head({ title, here, beside }: { title: ComponentChildren; here?: Screen; beside?: ComponentChildren }) {
  return (
    <>
      <nav aria-label="Inspector" class="inspect">
        {SCREENS.map(([to, name]) => <a key={to} href={`#/${to}`} aria-current={to === here ? 'page' : undefined}>{name}</a>)}
      </nav>
      <div class="row spread"><h1 class="said">{title}</h1>{beside}</div>
    </>
  );
}
