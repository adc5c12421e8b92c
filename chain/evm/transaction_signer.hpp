#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>
#include <vector>

#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/transaction.hpp"

namespace headroom::chain {

/// A signer elsewhere, like web3signer or a node before clef: it has the key, and answers
/// `eth_signTransaction` (JSON-RPC over HTTP).
struct remote_signer {
  http_actor http;
  std::string url;    // of the one that signs for this chain
  std::string token;  // sent as bearer; "": none
  std::chrono::milliseconds timeout{5'000};
};

/// What came of one request for a signature.
struct signing {
  enum class fault : std::uint8_t {
    none = 0,
    silent = 1,
    refused = 2,  // it said no
    wrong = 3,    // it signed something else, or as somebody else
  };
  fault what = fault::none;
  signed_transaction tx{};  // without a fault
  std::string why{};        // else; never the URL

  [[nodiscard]] bool is_good() const noexcept { return what == fault::none; }
};

/// Why `tx` is not what was asked for, in one line; "" when it is `wanted` in every field and
/// signed by `account`, with a low s.
[[nodiscard]] std::string difference_of(const unsigned_transaction& wanted, const address& account,
                                        const signed_transaction& tx);
/// The signer's word for word answer to `wanted`: the raw bytes, or an object with them as `raw`.
[[nodiscard]] signing read_signing(const unsigned_transaction& wanted, const address& account,
                                   const net::http_result& answer);
/// What a signer is asked: every field of `x`, so that it need look nothing up.
[[nodiscard]] nlohmann::json signing_parameters(const unsigned_transaction& x,
                                                const address& account);
/// Whether the signer's answer to `eth_accounts` has `account`; nothing when it is no answer.
[[nodiscard]] std::optional<bool> has_account(const net::http_result& answer,
                                              const address& account);
[[nodiscard]] http_call accounts_call(const remote_signer& signer);
[[nodiscard]] http_call signing_call(const remote_signer& signer, const unsigned_transaction& x,
                                     const address& account);

/// Who signs for one account: a key in this process, or a signer elsewhere. A remote one is not
/// trusted with the transaction: what comes back counts when it is what was asked for.
class transaction_signer {
 public:
  transaction_signer() = default;  // of nobody
  /// About 50 us each, on the asker's thread; the key never leaves the process.
  transaction_signer(std::shared_ptr<const private_key> key)  // NOLINT: a key is a signer
      : account_{key->address_of()}, key_{std::move(key)} {}
  transaction_signer(const address& account, remote_signer remote)
      : account_{account}, remote_{std::move(remote)} {}

  [[nodiscard]] const address& account() const noexcept { return account_; }
  [[nodiscard]] bool is_remote() const noexcept { return !key_; }

  /// `done(std::vector<signing>&)` runs in `self`, in the order of the transactions: before this
  /// returns where the key is here, else within the signer's time-out.
  template <class Self, class Done>
  void sign(Self* self, std::vector<unsigned_transaction> all, Done done) const {
    std::vector<signing> results(all.size());
    if (key_ || all.empty()) {
      for (std::size_t i = 0; i < all.size(); ++i)
        results[i].tx = chain::sign(std::move(all[i]), *key_);
      return done(results);
    }
    struct gathering {
      std::vector<signing> results;
      std::size_t missing;
      Done done;
      void add(std::size_t i, signing r) {
        results[i] = std::move(r);
        if (--missing == 0) done(results);
      }
    };
    const auto missing = results.size();
    auto gathered =
        std::make_shared<gathering>(gathering{std::move(results), missing, std::move(done)});
    for (std::size_t i = 0; i < all.size(); ++i)
      self->request(remote_.http, caf::infinite, signing_call(remote_, all[i], account_))
          .then(
              [gathered, i, wanted = all[i], account = account_](const net::http_result& r) {
                gathered->add(i, read_signing(wanted, account, r));
              },
              [gathered, i](const caf::error&) {
                gathered->add(i, {signing::fault::silent, {}, "the signer is not there"});
              });
  }

  /// Whether the signer has the account: `done(std::optional<bool>)`, nothing when it does not say.
  template <class Self, class Done>
  void look_for_account(Self* self, Done done) const {
    if (key_) return done(std::optional<bool>{true});
    self->request(remote_.http, caf::infinite, accounts_call(remote_))
        .then([done, account = account_](
                  const net::http_result& r) mutable { done(has_account(r, account)); },
              [done](const caf::error&) mutable { done(std::optional<bool>{}); });
  }

 private:
  address account_{};
  std::shared_ptr<const private_key> key_;
  remote_signer remote_;
};

}  // namespace headroom::chain
