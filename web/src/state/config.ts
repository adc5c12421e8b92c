import { signal } from '@preact/signals';
import { api, ask } from '../data/api';
import type { AppConfig } from '../data/contract';
import { sleep } from '../data/sleep';

export const config = signal<AppConfig | null>(null);

/** Until it is there: without it nothing can be signed. */
export async function loadConfig(): Promise<void> {
  for (let wait = 500; config.peek() === null; wait = Math.min(2 * wait, 10_000)) {
    try {
      config.value = (await ask(api.GET('/app/config'))) as AppConfig;
    } catch {
      await sleep(wait);
    }
  }
}
