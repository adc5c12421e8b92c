#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// How the venue's markets are read for people who look around. Defaults are for production and
/// stand here alone; config/ gives them names, units and bounds.
namespace headroom::chain::polymarket {

struct market_settings {
  std::string url;  // of the CLOB: the venue's own
  std::string gamma_url = "https://gamma-api.polymarket.com";
  std::chrono::milliseconds read_timeout{5'000};
  /// Reads that the cache does not spare, all askers together. The venue takes 300 in 10 s of
  /// Gamma's /markets and 1500 in 10 s of /book from one address (facts/polymarket.md 4.7): burst +
  /// 10 x rate stays below.
  double gamma_reads_per_second = 10;
  double gamma_read_burst = 50;
  double book_reads_per_second = 50;
  double book_read_burst = 200;
  std::size_t max_loads = 64;                   // being read at once, of each kind
  std::chrono::milliseconds list_ttl{10'000};   // of what Gamma says
  std::chrono::milliseconds terms_ttl{60'000};  // of a market's tick and fee at the CLOB
  std::chrono::milliseconds book_ttl{1'000};
  /// What is older may be shown, with its age, while it cannot be read anew.
  std::chrono::milliseconds stale_ttl{300'000};
  std::chrono::milliseconds unknown_ttl{30'000};  // how long what is not there is remembered
  std::size_t lists_kept = 256;                   // each up to a hundred markets
  std::size_t markets_kept = 4'096;
  std::size_t books_kept = 4'096;
  std::chrono::milliseconds quote_ttl{4'000};
  std::size_t quotes_kept = 65'536;
  /// A bet that took a quote may ask for the same again: its request may be repeated.
  std::chrono::milliseconds promise_ttl{60'000};
  std::size_t promises_kept = 16'384;
};

}  // namespace headroom::chain::polymarket
