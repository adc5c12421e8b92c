// What the page keeps in this browser, so that a reload forgets nothing. Private windows may refuse: then it lasts as long
// as the page does.

const lasting = new Map<string, string>();

export function read<T>(name: string): T | null {
  try {
    const text = localStorage.getItem(`headroom.${name}`) ?? lasting.get(name);
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    const text = lasting.get(name);
    return text ? (JSON.parse(text) as T) : null;
  }
}

/** Answers whether a reload will find it. */
export function write(name: string, value: unknown): boolean {
  const text = JSON.stringify(value);
  lasting.set(name, text);
  try {
    localStorage.setItem(`headroom.${name}`, text);
    return true;
  } catch {
    return false;
  }
}

export function forget(name: string): void {
  lasting.delete(name);
  try {
    localStorage.removeItem(`headroom.${name}`);
  } catch {
    // nothing was kept
  }
}
