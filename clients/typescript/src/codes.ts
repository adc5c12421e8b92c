// The stable codes, as types. tests/client/codes.test.mjs compares them with the service's own tables.

/** Of the service (`domain/errc.cpp`, and the protocol's own of `http/`). */
export type ServiceCode =
  | 'address_refused' | 'amount_too_small' | 'bad_request' | 'chain_contradicts' | 'deadline_passed' | 'delegation_ended' | 'duplicate'
  | 'exceeds_daily_limit' | 'exceeds_delegation' | 'exceeds_max_bet' | 'exceeds_max_withdrawal' | 'expectation_failed' | 'forbidden'
  | 'header_too_large' | 'idempotency_key_required' | 'in_doubt' | 'insufficient_balance' | 'insufficient_shares' | 'internal'
  | 'invalid_field' | 'invalid_payment' | 'invariant_violated' | 'key_reused' | 'market_closed' | 'method_not_allowed' | 'not_found'
  | 'order_refused' | 'overloaded' | 'paused' | 'payload_too_large' | 'payment_required' | 'price_off_tick' | 'quote_expired'
  | 'rate_limited' | 'request_timeout' | 'shutting_down' | 'timed_out' | 'unauthorized' | 'unavailable'
  | 'unknown_market' | 'unsupported_market' | 'unsupported_media_type' | 'venue_rejected';

/** Why a payment was not taken (x402, scheme `exact`; `chain/x402/`). */
export type PaymentCode =
  | 'authorization_window_too_long' | 'eip6492_factory_not_allowed' | 'insufficient_funds' | 'invalid_exact_evm_insufficient_balance'
  | 'invalid_exact_evm_network_mismatch' | 'invalid_exact_evm_nonce_already_used' | 'invalid_exact_evm_payload_authorization_valid_after'
  | 'invalid_exact_evm_payload_authorization_valid_before' | 'invalid_exact_evm_payload_authorization_value'
  | 'invalid_exact_evm_payload_authorization_value_mismatch' | 'invalid_exact_evm_payload_recipient_mismatch'
  | 'invalid_exact_evm_payload_signature' | 'invalid_exact_evm_recipient_mismatch' | 'invalid_exact_evm_scheme'
  | 'invalid_exact_evm_signature' | 'invalid_exact_evm_transaction_simulation_failed' | 'invalid_network' | 'invalid_payload'
  | 'invalid_payment_identifier' | 'invalid_payment_requirements' | 'invalid_transaction_state' | 'invalid_x402_version'
  | 'payer_is_payee' | 'settlement_pending' | 'unsupported_payload_type' | 'unsupported_scheme';

/** Of a wallet: its number as text (EIP-1193, EIP-1474), or what it did instead of answering. */
export type WalletCode =
  | '4001' | '4100' | '4200' | '4900' | '4901' | '4902' | '-32002' | '-32003' | '-32005' | '-32600' | '-32601' | '-32602' | '-32603'
  | 'wallet_silent' | 'wallet_unreadable' | 'wrong_chain';

/** Our own. `no_answer`: the connection broke or nobody answered in time; `unreadable`: an answer that is no problem+json. */
export type ClientCode =
  | 'client_error' | 'given_up' | 'no_answer' | 'not_kept' | 'source_not_offered' | 'stream_too_large' | 'unreadable'
  | 'webhook_header' | 'webhook_secret' | 'webhook_signature' | 'webhook_too_new' | 'webhook_too_old' | 'webhook_unreadable';

/** Services newer than this package may say others. */
export type Code = ServiceCode | PaymentCode | WalletCode | ClientCode | (string & {});
