// The package as it is built, and what its tests share.
export * from '../../clients/typescript/dist/index.js';
