// The commands of the pages that no test of the docs runs, and why: [page, first line, reason].
export const BY_HAND = [
  ['1-start.md', './dev up --ready-file build/up.json', 'it builds, and stays until Ctrl-C: the test starts the same stack (tests/e2e/up runs ./dev up)'],
  ['6-extend.md', './dev test', 'it would run itself: CI runs it'],
];
