#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"
#include "domain/operation.hpp"

/// Transactions of our accounts and requests to REST services that act for them, and where they
/// stand.
namespace headroom::actors {

/// One call to a contract, to be sent by the wallet that owns the account.
struct contract_call {
  address to;
  byte_vector data;
  uint256 value;                // native coin, wei
  std::uint64_t gas_limit = 0;  // 0: estimate and pad
  std::uint64_t most_gas = 0;   // a call whose estimate is above is not sent; 0: no bound
};
HEADROOM_INSPECT(contract_call, x.to, x.data, x.value, x.gas_limit, x.most_gas)

struct send_transaction {
  operation_id id;  // the same id is sent once, ever
  std::string purpose;
  contract_call call;
};
HEADROOM_INSPECT(send_transaction, x.id, x.purpose, x.call)

struct event_log {
  address emitter;
  std::vector<hash256> topics;
  byte_vector data;
};
HEADROOM_INSPECT(event_log, x.emitter, x.topics, x.data)

struct operation_report {
  operation_state state = operation_state::unsent;
  hash256 tx_hash;  // of the newest attempt, or of the mined one
  std::uint64_t block_number = 0;
  std::vector<event_log> logs;  // when confirmed
  std::string detail;           // dropped, in_doubt: what is known, for a human
  bool by_depth = false;        // confirmed, and a reorganisation may undo it yet
};
HEADROOM_INSPECT(operation_report, x.state, x.tx_hash, x.block_number, x.logs, x.detail, x.by_depth)

struct wallet_backlog {
  std::uint64_t next_nonce = 0;
  std::vector<chain_operation> open;
};
HEADROOM_INSPECT(wallet_backlog, x.next_nonce, x.open)

/// One account on one chain: a wallet's name.
struct wallet_account {
  std::uint64_t chain_id = 0;
  address account;
  friend auto operator<=>(const wallet_account&, const wallet_account&) = default;
};
HEADROOM_INSPECT(wallet_account, x.chain_id, x.account)

/// Rows of an account from a nonce on, whatever became of them, by nonce.
struct wallet_nonces {
  wallet_account who;
  std::uint64_t from = 0;
  std::uint32_t limit = 256;
};
HEADROOM_INSPECT(wallet_nonces, x.who, x.from, x.limit)

/// One operation of a REST service.
struct find_external {
  operation_id id;
};
HEADROOM_INSPECT(find_external, x.id)

/// What may happen yet of an account at a service.
struct open_externals {
  std::string service;
  address account;
};
HEADROOM_INSPECT(open_externals, x.service, x.account)

}  // namespace headroom::actors
