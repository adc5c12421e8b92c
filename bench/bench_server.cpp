// Question: what is left of the core's speed behind HTTP? Expected: 15,000 POST /bets per second
// over 64 keep-alive connections; GET /buffer/max-bet at >= 80 % of GET /healthz, a constant.
//
// The real http::server around the bench's house, whose venue fills at once. Prints one line of
// JSON when it serves, ends on SIGTERM or SIGINT.
// usage: headroom_bench_server DATABASE USERS SEED    (an empty database)
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "bench/books.hpp"
#include "bench/house.hpp"
#include "bench/web.hpp"

int main(int argc, char** argv) try {
  using namespace headroom::bench;
  if (argc != 4) {
    std::fputs("usage: headroom_bench_server DATABASE USERS SEED\n", stderr);
    return 2;
  }
  const stop_signal stop;
  const auto users = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  seed_books(argv[1], users);
  house h{{argv[1], std::strtoull(argv[3], nullptr, 10)}};
  web front{h, argv[1]};
  h.wake(users);
  std::printf("{\"port\": %u, \"key\": \"%s\"}\n", unsigned{front.port()}, front.key().c_str());
  std::fflush(stdout);
  stop.wait();
  front.stop();
  h.settle();
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_bench_server: %s\n", e.what());
  return 1;
}
