// Which screen of the inspector; each is fetched when it is opened.
import { later } from '../ui/later';
import './inspector.css';
import { isStory } from './ids';

const Actors = later(() => import('./actors').then((m) => m.Actors));
const Actor = later(() => import('./actor').then((m) => m.Actor));
const Live = later(() => import('./live').then((m) => m.Live));
const Lints = later(() => import('./lints').then((m) => m.Lints));
const Refused = later(() => import('./lints').then((m) => m.RefusedPage));
const WaitsPage = later(() => import('./waits').then((m) => m.WaitsPage));
const TreePage = later(() => import('./tree').then((m) => m.TreePage));
const StoryPage = later(() => import('./story').then((m) => m.StoryPage));
const FilePage = later(() => import('./file').then((m) => m.FilePage));

/** `under`: another screen of the same thing stands above it. */
export function Inspector({ page, id, under = false }: { page: string; id: string; under?: boolean }) {
  if (isStory(page)) return <StoryPage key={`${page} ${id}`} kind={page} id={id} under={under} />;
  switch (page) {
    case 'actors': return <Actors find={id} />;
    case 'actor': return <Actor key={id} id={id} />;
    case 'live': return <Live key={id} find={id} />;
    case 'waits': return <WaitsPage />;
    case 'tree': return <TreePage />;
    case 'lints': return <Lints />;
    case 'refused': return <Refused />;
    default: return <FilePage />;
  }
}
