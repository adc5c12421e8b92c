#include "http/fields.hpp"
#include "http/json_writer.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

std::string list_of(const std::vector<std::uint64_t>& numbers) {
  std::string out;
  for (const auto n : numbers) out.append(out.empty() ? "" : ",").append(std::to_string(n));
  return "[" + out + "]";
}

}  // namespace

/// What a page or a wallet must know before it can pay or sign. The same until a restart.
void get_app_config(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto& s = x.settings();
  const auto& ethereum = x.services().ethereum;
  json_writer w{1024};
  w.open();
  w.field("name", "Headroom");
  w.field("profile", s.profile);
  w.open("deposit");
  w.field("network", s.deposit_network);
  w.field("asset", ethereum.print_address(s.deposit_asset));
  w.field("token_name", s.deposit_token_name);
  w.field("pay_to", ethereum.print_address(s.bet_domain.verifying_contract));
  w.field("min", s.deposit_min);
  w.field("max", s.deposit_max);
  w.close();
  w.open("bet");
  w.open("domain");
  w.field("name", "Headroom");
  w.field("version", "1");
  w.raw("chain_ids", list_of(s.bet_domain.chain_ids));
  w.field("verifying_contract", ethereum.print_address(s.bet_domain.verifying_contract));
  w.close();
  w.number("longest_deadline_s", longest_deadline.count());
  w.close();
  w.open("features");
  w.boolean("markets", true);
  w.boolean("withdraw", false);
  w.boolean("sell", false);
  w.close();
  w.close();
  response answer;
  answer.body = w.take();
  answer.with("Cache-Control", "public, max-age=60");
  x.reply(std::move(answer));
}

}  // namespace headroom::http
