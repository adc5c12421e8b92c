/** Addresses are the same whatever their capitals. */
export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
export const short = (text: string): string => (text.length > 13 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text);
