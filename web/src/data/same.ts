export { same } from '@headroom/client';
export const short = (text: string): string => (text.length > 13 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text);
