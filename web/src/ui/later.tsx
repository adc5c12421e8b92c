import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice, Wait } from './parts';

/** A screen whose code is fetched when it is first opened: the first load stays small. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let got: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [C, set] = useState<{ it: ComponentType<P> } | null>(got && { it: got });
    const [failed, fail] = useState(false);
    useEffect(() => {
      if (!C) void load().then((c) => set({ it: (got = c) }), () => fail(true));
    }, []);
    if (failed) return <Notice tone="bad">This part of the page could not be fetched. <a href="" onClick={() => location.reload()}>Reload</a></Notice>;
    return C ? <C.it {...props} /> : <Wait>Opening …</Wait>;
  };
}
