import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ends, lanesOf, marksOf, type Scale } from './axis';
import type { Gap, StoryEvent } from './shapes';
import { clockMicros, counted, lasting, several } from './spans';

const TOP = 30; // where gaps are named
const LANE = 34;
const SIDE = 10;
const LETTER = 6.6; // px, of the small type, about
const MOST_ON_PATH = 300;

/** As long as it is drawn: the drawing is as wide as its place. */
export function useWidth(least: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(least);
  useEffect(() => {
    const look = () => set(Math.max(least, Math.floor(ref.current?.clientWidth ?? least)));
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(ref.current!);
    return () => sizes.disconnect();
  }, []);
  return { ref, width };
}

const fits = (text: string, width: number): string => {
  const most = Math.floor(width / LETTER);
  return text.length <= most ? text : most < 6 ? '' : `${text.slice(0, most - 1)}…`;
};

interface Props { events: readonly StoryEvent[]; gaps: readonly Gap[]; scale: Scale; partial: boolean }

/** One axis, a lane for each who speaks, and what was waited for between. The table below says the same in words. */
export function AxisPicture({ events, gaps, scale, partial }: Props) {
  const { ref, width } = useWidth(300);
  const inner = width - 2 * SIDE;
  const lanes = useMemo(() => lanesOf(events), [events]);
  const marks = useMemo(() => marksOf(events, lanes, scale, inner), [events, scale, inner]);
  const { from, to } = useMemo(() => ends(events), [events]);
  const height = TOP + lanes.length * LANE + 24;
  const x = (us: number) => SIDE + scale(us) * (inner - 1);
  const y = (lane: number) => TOP + lane * LANE + 23;
  const path = events.length <= MOST_ON_PATH ? events.map((e) => `${x(e.at_us).toFixed(1)},${y(lanes.indexOf(e.lane))}`).join(' ') : '';
  const label = `${several(events.length, 'event')} in ${lasting(Math.max(0, to - from))}, of ${lanes.join(', ')}${partial ? '; the story goes on' : ''}. ${gaps.length ? `The longest waits: ${[...gaps].sort((a, b) => b.us - a.us).slice(0, 3).map((g) => g.named).join(', ')}` : 'No waits'}.`;
  return (
    <div class="axis" ref={ref}>
      <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {gaps.map((g, i) => {
          const [left, right] = [x(g.start), x(g.end)];
          const name = fits(g.named, right - left - 6) || fits(lasting(g.us), right - left - 6);
          return (
            <g key={i} class="gap">
              <rect x={left} y={TOP - 10} width={Math.max(1, right - left)} height={lanes.length * LANE + 10}><title>{g.named}</title></rect>
              {name && <text x={(left + right) / 2} y={TOP - 15} text-anchor="middle">{name}</text>}
            </g>
          );
        })}
        {lanes.map((name, i) => (
          <g key={name} class="lane"><line x1={SIDE} x2={width - SIDE} y1={y(i)} y2={y(i)} /><text x={SIDE} y={y(i) - 9}>{fits(name, 160)}</text></g>
        ))}
        {path && <polyline class="path" points={path} />}
        {marks.map((m) => (
          <rect key={`${m.lane} ${m.x}`} class={m.bad ? 'mark bad' : 'mark'} x={SIDE + m.x - (m.width < 5 ? 2 : 0)} y={y(m.lane) - 6} width={Math.max(5, m.width)} height="12" rx="2.5">
            <title>{m.count > 1 ? several(m.count, 'event') : `${events[m.first]!.what}${events[m.first]!.took_us === null ? '' : `, ${lasting(events[m.first]!.took)}`}`}</title>
          </rect>
        ))}
        <text class="end" x={SIDE} y={height - 5}>{clockMicros(from).replace(/\d{3}$/, '')}</text>
        <text class="end" x={width - SIDE} y={height - 5} text-anchor="end">{partial ? `+${lasting(to - from)}, of the first ${counted(events.length)}` : `+${lasting(Math.max(0, to - from))}`}</text>
      </svg>
    </div>
  );
}
