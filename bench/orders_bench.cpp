// Question: what does an order cost us until it is on the wire? Expected: at least 10 times as many
// per core as the official JS client signs and posts (orders_client.mjs, in the same run).
//
// The product's own steps: built, signed, encoded for the books, read back from them (which checks
// the signature), body and L2 headers made, sent by the product's HTTP client.
//   venue       serves a venue that answers at once, prints its address, ends on SIGTERM or SIGINT
//   send URL    a server of samples for bench/run. One line in, one line out:
//                 send KIND MS   orders of signature type KIND (0 or 3) for so long; answers
//                                orders, nanoseconds, nanoseconds of CPU of this process
// usage: headroom_orders_bench venue | send URL
#include <atomic>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <semaphore>
#include <sstream>
#include <stdexcept>

#include "bench/books.hpp"
#include "bench/house.hpp"
#include "bench/null_venue.hpp"
#include "bench/web.hpp"
#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "net/http_client.hpp"

namespace headroom::bench {
namespace {

using namespace chain::polymarket;
using clock = std::chrono::steady_clock;

constexpr std::ptrdiff_t in_flight = 16;  // as orders_client.mjs
constexpr auto timeout = std::chrono::seconds{10};

/// Of all threads of this process.
std::chrono::nanoseconds cpu_time() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

/// As orders_client.mjs: $30 at 0.6, FOK.
order wanted(draw& random) {
  order out;
  out.salt = random.next() & max_salt;
  out.token.bytes.fill(0x11);
  out.maker_amount = 30'000'000;
  out.taker_amount = 50'000'000;
  out.timestamp_ms = static_cast<std::uint64_t>(wall_clock_now().us / 1000);
  return out;
}

class sender {
 public:
  explicit sender(std::string url) : url_{std::move(url) + "/order"} {}

  /// "orders ns cpu_ns".
  std::string run(signature_kind kind, std::chrono::milliseconds how_long) {
    const auto cpu = cpu_time();
    const auto start = clock::now();
    std::uint64_t sent = 0;
    for (; clock::now() - start < how_long; ++sent) {
      places_.acquire();
      send(kind);
    }
    for (auto i = in_flight; i > 0; --i) places_.acquire();  // until all are answered
    const auto wall = std::chrono::nanoseconds{clock::now() - start};
    const auto used = cpu_time() - cpu;
    places_.release(in_flight);
    if (failed_) throw std::runtime_error("an order was not taken");
    return std::to_string(sent) + ' ' + std::to_string(wall.count()) + ' ' +
           std::to_string(used.count());
  }

 private:
  void send(signature_kind kind) {
    auto done = sign(wanted(random_), polygon_exchange(false), order_type::fok,
                     {key_, account_, kind, wallet_});
    done.terms = order_terms{};
    const auto stored = decode(encode(done));
    if (!stored || stored->hash != done.hash) throw std::runtime_error("an order got lost");
    auto body = post_body(*stored, credentials_.key);
    auto proof =
        l2_headers(credentials_, account_, wall_clock_now().seconds(), "POST", "/order", body);
    client_.request({"POST", url_, std::move(*proof), std::move(body)}, timeout,
                    [this](const net::http_result& r) {
                      if (r.status != 200) failed_ = true;
                      places_.release();
                    });
  }

  const std::string url_;
  const chain::private_key key_ = *chain::private_key::parse(std::string(63, '0') + '1');
  const address account_ = key_.address_of();
  const address wallet_ = user_number(2);
  const api_credentials credentials_{"bench",
                                     "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "bench"};
  draw random_{1};
  std::atomic<bool> failed_{false};
  std::counting_semaphore<in_flight> places_{in_flight};
  net::http_client client_;  // last: its thread uses the others
};

std::string answer(sender& s, const std::string& line) {
  std::istringstream in{line};
  std::string what;
  unsigned kind = 0;
  std::int64_t ms = 0;
  if (!(in >> what >> kind >> ms) || what != "send" || (kind != 0 && kind != 3))
    throw std::runtime_error("cannot read: " + line);
  return s.run(static_cast<signature_kind>(kind), std::chrono::milliseconds{ms});
}

void serve() {
  const stop_signal stop;
  const null_venue venue{null_venue::answer::matched};
  std::puts(venue.url().c_str());
  std::fflush(stdout);
  stop.wait();
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "venue" && argc == 2) {
    headroom::bench::serve();
    return 0;
  }
  if (what != "send" || argc != 3) {
    std::fputs("usage: headroom_orders_bench venue | send URL\n", stderr);
    return 2;
  }
  headroom::bench::sender s{argv[2]};
  for (std::string line; std::getline(std::cin, line);) {
    std::puts(headroom::bench::answer(s, line).c_str());
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_orders_bench: %s\n", e.what());
  return 1;
}
