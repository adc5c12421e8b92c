// Question: how long is a bet with us before its order is on the wire? From POST /bets as it leaves
// a client until POST /order has arrived at the venue: accepted, signed, committed, sent.
//
// The real HTTP front, core, venue actor and HTTP client, a null venue that kills every order, all
// on loopback; the venue's own rates are lifted. A server of samples for bench/run. One line in,
// one line out:
//   CLIENTS BETS    each client has a connection and one bet at a time; answers the times as JSON
//                   [p50, p99, most], in microseconds
// usage: headroom_socket_bench DATABASE USERS SEED    (an empty database)
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "bench/books.hpp"
#include "bench/null_venue.hpp"
#include "bench/spread.hpp"
#include "bench/web.hpp"
#include "chain/polymarket/venue_actor.hpp"

namespace headroom::bench {
namespace {

namespace polymarket = chain::polymarket;
namespace asio = boost::asio;
namespace http = boost::beast::http;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t most_bets = 2'000;  // of a sample; markets that the venue's actor remembers
constexpr auto patience = std::chrono::seconds{10};

/// Every bet of a sample has a token of its own, by which its order is known again.
class arrivals {
 public:
  arrivals() {
    for (std::uint32_t n = 0; n < most_bets; ++n) {
      uint256 token;
      token.bytes.fill(0x11);
      for (std::size_t i = 0; i < 4; ++i)
        token.bytes[31 - i] = static_cast<std::uint8_t>(n >> (8 * i));
      tokens_.push_back(token);
      numbers_.emplace(token.decimal(), n);
    }
  }

  [[nodiscard]] const uint256& token(std::uint32_t n) const { return tokens_.at(n); }

  void forget() {
    for (auto& at : at_) at = 0;
  }
  /// Called by the venue's thread.
  void note(std::string_view order) {
    constexpr std::string_view member = R"("tokenId":")";
    const auto now = clock::now().time_since_epoch();
    const auto from = order.find(member);
    if (from == order.npos) return;
    const auto digits = order.substr(from + member.size());
    const auto n = numbers_.find(std::string{digits.substr(0, digits.find('"'))});
    if (n != numbers_.end()) at_[n->second] = std::chrono::nanoseconds{now}.count();
  }
  /// Throws when it did not arrive.
  [[nodiscard]] std::uint32_t after(clock::time_point sent, std::uint32_t n) const {
    const std::chrono::nanoseconds took{at_[n] - sent.time_since_epoch().count()};
    if (took.count() < 0) throw std::runtime_error("an order did not arrive");
    return static_cast<std::uint32_t>(took.count() / 1000);
  }

 private:
  std::vector<uint256> tokens_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::array<std::atomic<std::int64_t>, most_bets> at_{};  // nanoseconds of the clock; 0: not yet
};

/// The product's venue actor before the null venue, with the stub's place in the house.
class venue_line {
 public:
  venue_line(house& h, const std::string& url)
      : orders_{std::make_shared<net::http_client>()},
        reads_{std::make_shared<net::http_client>()} {
    constexpr double no_limit = 1e6;
    polymarket::venue_settings s;
    s.url = url;
    s.ws_url.clear();
    s.market_ttl = std::chrono::hours{1};
    s.orders_per_second = s.order_burst = no_limit;
    s.orders_in_ten_seconds = s.orders_in_ten_minutes = 1'000 * no_limit;
    auto key = std::make_shared<const chain::private_key>(
        *chain::private_key::parse(std::string(63, '0') + '1'));
    const polymarket::venue_accounts accounts{{"bench", std::move(key)}};
    auto& sys = h.system();
    const polymarket::venue_doors doors{chain::make_http_actor(sys, orders_),
                                        chain::make_http_actor(sys, reads_)};
    h.dir().handles.set<actors::venue_actor>(sys.spawn(polymarket::venue_behavior, h.world(), s,
                                                       accounts, doors, spawn_stub_chain(sys)));
    caf::anon_send_exit(h.venue(), caf::exit_reason::user_shutdown);
  }
  ~venue_line() {
    orders_->stop();
    reads_->stop();
  }
  venue_line(const venue_line&) = delete;
  venue_line& operator=(const venue_line&) = delete;

 private:
  std::shared_ptr<net::http_client> orders_;
  std::shared_ptr<net::http_client> reads_;
};

/// One keep-alive connection that places one bet after the other.
class client {
 public:
  client(std::uint16_t port, std::string key) : key_{std::move(key)} {
    stream_.connect({asio::ip::address_v4::loopback(), port});
    stream_.socket().set_option(asio::ip::tcp::no_delay{true});
  }

  /// When it was sent. Returns with the answer; throws unless the venue killed the order.
  clock::time_point bet(const uint256& token, std::uint32_t user, const std::string& tag) {
    http::request<http::string_body> request{http::verb::post, "/bets", 11};
    request.set(http::field::host, "bench");
    request.set(http::field::authorization, "Bearer " + key_);
    request.set(http::field::content_type, "application/json");
    request.set("Idempotency-Key", tag);
    request.body() = R"({"user_address":")" + user_number(user).hex() + R"(","token_id":")" +
                     token.decimal() + R"(","amount":"1.00","max_price":"0.50"})";
    request.prepare_payload();
    const auto sent = clock::now();
    http::write(stream_, request);
    http::response<http::string_body> answer;
    http::read(stream_, buffer_, answer);
    if (answer.result_int() != 422 || answer.body().find("venue_rejected") == std::string::npos)
      throw std::runtime_error("POST /bets answered " + std::to_string(answer.result_int()) + " " +
                               answer.body());
    return sent;
  }

 private:
  std::string key_;
  asio::io_context io_;
  boost::beast::tcp_stream stream_{io_};
  boost::beast::flat_buffer buffer_;
};

class samples {
 public:
  samples(const std::string& database, std::uint32_t users, std::uint64_t seed)
      : users_{users},
        random_{seed},
        venue_{null_venue::answer::killed, [this](auto order) { arrived_.note(order); }},
        house_{{database, seed}},
        line_{house_, venue_.url()},
        front_{house_, database} {
    house_.wake(users);
  }
  ~samples() {
    front_.stop();
    house_.settle();
  }
  samples(const samples&) = delete;
  samples& operator=(const samples&) = delete;

  spread run(std::uint32_t clients, std::uint32_t bets) {
    if (clients == 0 || bets < clients || bets > most_bets)
      throw std::runtime_error("out of range");
    for (std::uint32_t n = 0; n < bets; ++n) know_market(arrived_.token(n));
    arrived_.forget();
    ++runs_;
    std::vector<std::uint32_t> user;
    for (std::uint32_t n = 0; n < bets; ++n)
      user.push_back(1 + static_cast<std::uint32_t>(random_.next() % users_));
    std::vector<std::uint32_t> times(bets);
    std::vector<std::future<void>> all;
    for (std::uint32_t first = 0; first < clients; ++first)
      all.push_back(std::async(std::launch::async, [&, first] {
        client c{front_.port(), front_.key()};
        for (auto n = first; n < bets; n += clients) {
          const auto tag = "socket-" + std::to_string(runs_) + '-' + std::to_string(n);
          times[n] = arrived_.after(c.bet(arrived_.token(n), user[n], tag), n);
        }
      }));
    for (auto& each : all) each.get();
    return spread_of(std::move(times));
  }

 private:
  /// A killed order makes the venue's actor read its market again: that is not what is measured.
  void know_market(const uint256& token) {
    caf::scoped_actor self{house_.system()};
    const auto until = clock::now() + patience;
    for (bool known = false; !known;) {
      self->request(house_.dir().handles.get<actors::venue_actor>(), patience,
                    actors::quote_order{token, 1_usdc, 500'000_micro})
          .receive([&](const actors::order_quote&) { known = true; },
                   [&](const caf::error& e) {
                     if (clock::now() > until)
                       throw std::runtime_error("no market: " + actors::detail_of(e));
                     std::this_thread::sleep_for(std::chrono::milliseconds{5});
                   });
    }
  }

  std::uint32_t users_;
  std::uint32_t runs_ = 0;
  draw random_;
  arrivals arrived_;
  null_venue venue_;
  house house_;
  venue_line line_;
  web front_;
};

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  using namespace headroom::bench;
  if (argc != 4) {
    std::fputs("usage: headroom_socket_bench DATABASE USERS SEED\n", stderr);
    return 2;
  }
  const auto users = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  seed_books(argv[1], users);
  samples s{argv[1], users, std::strtoull(argv[3], nullptr, 10)};
  std::puts("ready");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in{line};
    std::uint32_t clients = 0;
    std::uint32_t bets = 0;
    if (!(in >> clients >> bets)) throw std::runtime_error("cannot read: " + line);
    std::puts(s.run(clients, bets).json().c_str());
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_socket_bench: %s\n", e.what());
  return 1;
}
