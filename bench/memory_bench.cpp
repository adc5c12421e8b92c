// Question: what does a user cost who is awake, and one who is not? Expected: at most 2 KiB of RSS
// per idle balance actor; the whole node (HTTP server, actors, database clients) with 1,000,000
// users in the books and 100,000 of them awake under 512 MiB.
//
// Prints one line of JSON and ends.
// usage: headroom_memory_bench DATABASE USERS AWAKE    (an empty database)
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "bench/books.hpp"
#include "bench/web.hpp"

namespace {

/// VmRSS or VmHWM of this process, in KiB.
long kib_of(const std::string& field) {
  std::ifstream in{"/proc/self/status"};
  for (std::string word; in >> word;)
    if (word == field + ":") {
      long kib = 0;
      in >> kib;
      return kib;
    }
  throw std::runtime_error("no " + field + " in /proc/self/status");
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace headroom::bench;
  if (argc != 4) {
    std::fputs("usage: headroom_memory_bench DATABASE USERS AWAKE\n", stderr);
    return 2;
  }
  const auto users = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  const auto awake = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  if (awake == 0 || awake > users) throw std::runtime_error("AWAKE must be from 1 to USERS");
  seed_books(argv[1], users);
  house h{{argv[1]}};
  web front{h, argv[1]};
  const auto before = kib_of("VmRSS");
  h.wake(awake);
  const auto after = kib_of("VmRSS");
  std::printf(
      "{\"users\": %u, \"awake\": %u, \"rss_before_kib\": %ld, \"rss_kib\": %ld, "
      "\"peak_kib\": %ld, \"bytes_per_actor\": %ld}\n",
      users, awake, before, after, kib_of("VmHWM"), (after - before) * 1024 / long{awake});
  std::fflush(stdout);
  front.stop();
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_memory_bench: %s\n", e.what());
  return 1;
}
