import type { Handler } from './ask';
import { counted, lasting } from './spans';

/** How long a handler took, as bars in powers of two; in words for who does not see them. */
export function Histogram({ buckets, label }: { buckets: Handler['buckets']; label: string }) {
  if (buckets.length === 0) return <>—</>;
  const power = (below: number | null) => (below === null ? 24 : Math.round(Math.log2(below)));
  const first = power(buckets[0]!.below_us);
  const many = power(buckets.at(-1)!.below_us) - first + 1;
  const most = Math.max(...buckets.map((b) => b.count));
  const says = (b: Handler['buckets'][number]) => `${counted(b.count)} ${b.below_us === null ? 'longer' : `below ${lasting(b.below_us)}`}`;
  return (
    <svg class="histogram" role="img" aria-label={`${label}: ${buckets.map(says).join(', ')}`} viewBox={`0 0 ${many * 8} 28`} width={many * 8} height="28">
      {buckets.map((b) => {
        const height = Math.max(2, 28 * (b.count / most));
        return <rect key={b.below_us} x={(power(b.below_us) - first) * 8} width="7" y={28 - height} height={height}><title>{says(b)}</title></rect>;
      })}
    </svg>
  );
}
