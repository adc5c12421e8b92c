import { useMemo } from 'preact/hooks';
import { arrowsOf, lanesOf } from './axis';
import type { StoryEvent } from './shapes';
import { counted, lasting } from './spans';
import { useWidth } from './axis_picture';

const MOST = 200;
const HEAD = 34;
const ROW = 34;
const NARROWEST = 104;

/** Who spoke after whom, from above to below. */
export function Sequence({ events }: { events: readonly StoryEvent[] }) {
  const { ref, width } = useWidth(280);
  const shown = events.slice(0, MOST);
  const lanes = useMemo(() => lanesOf(shown), [events]);
  const arrows = useMemo(() => arrowsOf(shown, lanes), [events]);
  const whole = Math.max(width - 2, lanes.length * NARROWEST);
  const height = HEAD + arrows.length * ROW + 12;
  const x = (lane: number) => (lane + 0.5) * (whole / lanes.length);
  return (
    <>
      <div class="sequence" ref={ref} role="region" aria-label="Sequence diagram" tabIndex={0}>
        <svg role="img" aria-label={`Who spoke after whom: ${lanes.join(', ')}. The table of events says the same.`} width={whole} height={height} viewBox={`0 0 ${whole} ${height}`}>
          {lanes.map((name, i) => (
            <g key={name} class="lane"><line x1={x(i)} x2={x(i)} y1={HEAD - 6} y2={height - 4} /><text x={x(i)} y="18" text-anchor="middle">{name.length > 15 ? `${name.slice(0, 14)}…` : name}</text></g>
          ))}
          {arrows.map(({ from, to, event: e }, i) => {
            const y = HEAD + i * ROW + 24;
            const words = `${e.what}${e.took_us ? ` · ${lasting(e.took_us)}` : ''}`;
            const [a, b] = [x(from), x(to)];
            const way = b >= a ? 1 : -1;
            if (from === to) return <g key={i} class={e.bad ? 'arrow bad' : 'arrow'}><circle cx={a} cy={y - 4} r="4" /><Words text={words} x={a} y={y - 14} of={whole} /></g>;
            return (
              <g key={i} class={e.bad ? 'arrow bad' : 'arrow'}>
                <line x1={a} x2={b - 7 * way} y1={y} y2={y} /><polygon points={`${b},${y} ${b - 8 * way},${y - 4} ${b - 8 * way},${y + 4}`} />
                <Words text={words} x={(a + b) / 2} y={y - 6} of={whole} />
              </g>
            );
          })}
        </svg>
      </div>
      {events.length > MOST && <p class="small">The first {counted(MOST)} of {counted(events.length)} events. The table has all of them.</p>}
    </>
  );
}

/** In the middle of its arrow, and inside of the drawing. */
function Words({ text, x, y, of }: { text: string; x: number; y: number; of: number }) {
  const short = text.length > 44 ? `${text.slice(0, 43)}…` : text;
  const half = short.length * 3.4;
  return <text x={Math.min(Math.max(x, half + 4), of - half - 4)} y={y} text-anchor="middle">{short}<title>{text}</title></text>;
}
