import { signal } from '@preact/signals';
import { type Client, sleep } from '@headroom/client';
import type { AppConfig } from '../data/contract';

export const config = signal<AppConfig | null>(null);

/** Until it is there: without it nothing can be signed. */
export async function loadConfig(client: Client): Promise<void> {
  for (let wait = 500; config.peek() === null; wait = Math.min(2 * wait, 10_000)) {
    try {
      config.value = await client.config();
    } catch {
      await sleep(wait);
    }
  }
}
