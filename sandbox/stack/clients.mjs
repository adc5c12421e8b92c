// The npm packages that the end-to-end tests use. tests/ has no node_modules of its own: it imports
// from here.
import './webcrypto.mjs';

export { x402Client, x402HTTPClient } from '@x402/core/client';
export { ExactEvmScheme } from '@x402/evm/exact/client';
export { wrapFetchWithPayment as wrapFetchV2 } from '@x402/fetch';
export { wrapFetchWithPayment as wrapFetchV1 } from 'x402-fetch';
export { wrapAxiosWithPayment as wrapAxiosV2, x402Client as axiosClient } from '@x402/axios';
export { withPaymentInterceptor as wrapAxiosV1 } from 'x402-axios';
export { default as axios } from 'axios';
export { ethers } from 'ethers';
export { Webhook } from 'standardwebhooks';
export { privateKeyToAccount } from 'viem/accounts';
export { Validator } from '@seriousme/openapi-schema-validator';
export { Ajv2020 } from 'ajv/dist/2020.js';
export { default as addFormats } from 'ajv-formats';
