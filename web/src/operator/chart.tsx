// A drawing of figures that stand beside it in words as well: uPlot, on a canvas, in the page's own colours.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line { name: string; values: (number | null)[]; color: 'accent' | 'good' | 'bad' | 'soft' | 'unknown'; dash?: number[]; thin?: boolean }
export interface ChartProps { label: string; at: number[]; lines: Line[]; height?: number; bars?: boolean }

const short = (v: number) => (Math.abs(v) >= 1e6 ? `${+(v / 1e6).toFixed(2)}M` : Math.abs(v) >= 1e4 ? `${+(v / 1e3).toFixed(1)}k` : `${+v.toFixed(2)}`);

/** Bars stand for days: the outer ones need room. */
const HALF_DAY_S = 43_200;

function optionsOf({ lines, height = 220, bars }: ChartProps, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line') }, font: '12px system-ui, sans-serif' };
  return {
    width, height, legend: { show: false }, cursor: { show: false },
    scales: { x: { range: (_, first, last) => [first - (bars ? HALF_DAY_S : 0), last + (bars ? HALF_DAY_S : 0)] }, y: { range: (_, least, most) => [Math.min(0, least), most > 0 ? most * 1.08 : 1] } },
    axes: [{ ...axis, space: 90 }, { ...axis, size: 62, values: (_, ticks) => ticks.map((v) => (v === null ? '' : `$${short(v)}`)) }],
    series: [{}, ...lines.map((l): uPlot.Series => ({
      label: l.name, stroke: color(l.color), width: l.thin ? 1 : 2, points: { show: l.values.length < 3 }, ...(l.dash ? { dash: l.dash } : {}),
      ...(bars ? { paths: uPlot.paths.bars!({ size: [0.6, 40] }), fill: color(l.color) } : {}),
    }))],
  };
}

export function Chart(props: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const data = (): uPlot.AlignedData => [newest.current.at, ...newest.current.lines.map((l) => l.values)];
  const shape = props.lines.map((l) => l.name).join();
  useEffect(() => {
    const box = ref.current!;
    const draw = () => {
      drawn.current?.destroy();
      drawn.current = new uPlot(optionsOf(newest.current, Math.max(240, box.clientWidth)), data(), box);
    };
    draw();
    const sizes = new ResizeObserver(() => drawn.current?.setSize({ width: Math.max(240, box.clientWidth), height: newest.current.height ?? 220 }));
    sizes.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      sizes.disconnect();
      dark.removeEventListener('change', draw);
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [shape]);
  useEffect(() => drawn.current?.setData(data()), [props.at, props.lines]);
  return (
    <figure class="chart">
      <div ref={ref} role="img" aria-label={props.label} />
      <figcaption>{props.lines.map((l) => <span key={l.name} class="key"><i class={`ink ${l.color}${l.dash ? ' dashed' : ''}`} aria-hidden="true" />{l.name}</span>)}</figcaption>
    </figure>
  );
}
