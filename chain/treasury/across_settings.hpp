#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/bytes.hpp"

/// The bridge Across. Defaults are for production and stand here alone; config/ gives them names,
/// units and bounds.
namespace headroom::chain {

/// The contracts that may be called, one a chain, and nothing else of Across.
struct across_contracts {
  address plasma = *address::parse("0x50039fAEfebef707cFD94D6d462fE6D10B39207a");
  address polygon = *address::parse("0x9295ee1d8C5b022Be115A2AD3c30C72E34e7F096");
  address base = *address::parse("0x09aea4b2242abC8bb4BB78D537A67a245A7bEC64");
};

/// What an offer must keep to before anything is signed; each has a name (across_guards).
struct across_guards_settings {
  std::uint32_t least_bps = 9'985;       // of the input that must come out; never more than came in
  std::uint32_t max_fee_bps = 20;        // all fees together
  std::chrono::seconds fill_least{600};  // the deadline, ahead of the destination's time
  std::chrono::seconds fill_most{1'200};  // likewise
  std::chrono::seconds quote_age{600};    // behind the source chain's head; never ahead of it
  std::chrono::seconds exclusivity{30};   // one relayer's right to be the only one
};

struct across_settings {
  std::string api_url = "https://app.across.to/api";  // without a slash at the end
  std::string integrator_id{};  // two bytes in hex ("0x00d1"), appended to the calldata; "": none
  std::chrono::milliseconds timeout{5'000};  // of one answer of the API
  across_contracts contracts;
  across_guards_settings guards;
  /// The deadline we set: the API's own is two hours away, and an unfilled deposit's money is
  /// locked until it.
  std::chrono::seconds fill_window{900};
  /// Tokens that may come out, on Polygon: USDC, USDC.e, USDT0.
  std::vector<std::string> output_tokens{"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
                                         "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174",
                                         "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"};
  /// Deposits that a step goes in when it is above what relayers fill from stock; 1: it waits.
  std::uint32_t most_parts = 4;
  std::uint32_t parts_at_once = 1;    // that wait for a fill: what is filled at once is one stock
  std::uint32_t settle_seconds = 30;  // on top of the fill: our own transaction, finality
  std::uint32_t expected_seconds = 60;
  /// An expired deposit's refund is believed no sooner after it was first looked for: by then every
  /// other expired one, which might claim the same money, is known too.
  std::chrono::milliseconds refund_settle{120'000};
};

}  // namespace headroom::chain
