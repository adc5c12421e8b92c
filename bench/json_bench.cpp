// Question: is a JSON writer of our own worth its lines? One filled bet as the API shows it, by
// http/json_writer and by nlohmann's value and dump. Expected was 3 times as long; it is 1.42 times
// (docs/decisions/0022).
//
// Both write the same bytes (checked first). Addresses are plain hex here: their checksum would
// cost both the same. Samples take turns; a ratio is of one turn. Prints one line of JSON and ends.
// usage: headroom_json_bench ROUNDS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "http/documents.hpp"

namespace headroom::bench {
namespace {

constexpr int documents = 20'000;  // of one sample

class plain_hex final : public actors::ethereum_port {
 public:
  actors::address_error parse_address(std::string_view, address&) const override {
    return actors::address_error::syntax;
  }
  std::string print_address(const address& a) const override { return a.hex(); }
  hash256 keccak256(byte_view) const override { return {}; }
  bool signed_by_user(const actors::bet_intent&, std::string_view) const override { return false; }
  std::vector<hash256> digests_of(const actors::bet_intent&) const override { return {}; }
};

bet filled_bet() {
  bet b;
  b.id.bytes.fill(0x11);
  b.user.bytes.fill(0xaa);
  b.token = *uint256::parse_decimal(
      "71321045679252212594626385532706912750332728571942532289631379312455583992563");
  b.amount = 25_usdc;
  b.max_price = 600'000_micro;
  b.status = bet_status::filled;
  b.order_hash.bytes.fill(0x22);
  b.shares = {40'000'000};
  b.spent = 20_usdc;
  b.fee = 500'000_micro;
  b.refunded = 4'500'000_micro;
  b.deadline = b.created_at = b.updated_at = {1'800'000'000'123'456};
  return b;
}

std::string ours(const bet& b, const actors::ethereum_port& ethereum) {
  http::json_writer w{1'024};
  w.open();
  http::write_bet(w, b, ethereum);
  w.close();
  return w.take();
}

std::string theirs(const bet& b, const actors::ethereum_port& ethereum) {
  nlohmann::ordered_json out;
  out["bet_id"] = b.id.text();
  out["user_address"] = ethereum.print_address(b.user);
  out["token_id"] = b.token.decimal();
  out["amount"] = to_string(b.amount);
  out["max_price"] = to_string(b.max_price);
  out["status"] = to_string(b.status);
  out["shares"] = to_string(usdc{b.shares.micro});
  out["average_price"] = to_string(500'000_micro);
  out["spent"] = to_string(b.spent);
  out["fee"] = to_string(b.fee);
  out["refunded"] = to_string(b.refunded);
  out["order_hash"] = b.order_hash.hex();
  out["failure"] = nullptr;
  out["deadline"] = to_rfc3339(b.deadline);
  out["created_at"] = to_rfc3339(b.created_at);
  out["updated_at"] = to_rfc3339(b.updated_at);
  return out.dump();
}

template <class Write>
double seconds_of(Write write) {
  std::size_t bytes = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < documents; ++i) bytes += write().size();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  if (bytes == 0) throw std::runtime_error("nothing was written");
  return taken.count();
}

/// How many times as long nlohmann takes: the median of the turns.
double ratio(int rounds) {
  const auto b = filled_bet();
  const plain_hex ethereum;
  if (ours(b, ethereum) != theirs(b, ethereum))
    throw std::runtime_error("they differ:\n" + ours(b, ethereum) + "\n" + theirs(b, ethereum));
  std::vector<double> found;
  for (int i = 0; i <= rounds; ++i) {
    const auto mine = seconds_of([&] { return ours(b, ethereum); });
    const auto other = seconds_of([&] { return theirs(b, ethereum); });
    if (i > 0) found.push_back(other / mine);  // the first warms up
  }
  std::sort(found.begin(), found.end());
  return found[found.size() / 2];
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 0;
  if (rounds < 1) {
    std::fputs("usage: headroom_json_bench ROUNDS\n", stderr);
    return 2;
  }
  std::printf("{\"nlohmann_to_ours\": %.3f}\n", headroom::bench::ratio(rounds));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_json_bench: %s\n", e.what());
  return 1;
}
