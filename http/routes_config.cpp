#include "http/etag.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

json chain_document(const chain_terms& c) {
  if (c.rpc_urls.empty()) return nullptr;
  return object({
      {"chain_id", c.chain_id},
      {"name", c.name},
      {"rpc_urls", c.rpc_urls},
      {"native_currency",
       object({{"name", c.coin_name}, {"symbol", c.coin_symbol}, {"decimals", 18}})},
      {"explorer", text_or_null(c.explorer)},
  });
}

json source_terms(const deposit_source& s, const actors::ethereum_port& ethereum) {
  return object({
      {"name", s.name},
      {"network", s.network},
      {"asset", ethereum.print_address(s.asset)},
      {"token_name", s.token_name},
      {"token_version", s.token_version},
      {"pay_to", ethereum.print_address(s.pay_to)},
      {"min", s.least},
      {"max", s.most},
      {"rate_bps", s.rate_bps},
      {"chain", chain_document(s.chain)},
  });
}

json fee_terms(const deposit_pricing& p) {
  return object({
      {"bps", p.fee_bps},
      {"min", p.fee_min},
      {"max", value_if(p.fee_max.is_positive(), p.fee_max)},
  });
}

/// Of the source that is asked for in front.
address pay_to(const server_settings& s) {
  return s.sources.empty() ? s.bet_domain.verifying_contract : s.sources.front().pay_to;
}

json deposit_terms(const server_settings& s, const actors::ethereum_port& ethereum) {
  return object({
      {"network", s.deposit_network},
      {"asset", ethereum.print_address(s.deposit_asset)},
      {"token_name", s.deposit_token_name},
      {"pay_to", ethereum.print_address(pay_to(s))},
      {"min", s.deposit_min},
      {"max", s.deposit_max},
      {"fee", fee_terms(s.pricing)},
      {"chain", s.sources.empty() ? json(nullptr) : chain_document(s.sources.front().chain)},
      {"sources", list_of(s.sources, [&](const auto& one) { return source_terms(one, ethereum); })},
  });
}

json bet_terms(const actors::signing_domain& domain, const actors::ethereum_port& ethereum) {
  const auto signed_for = object({
      {"name", "Headroom"},
      {"version", "1"},
      {"chain_ids", domain.chain_ids},
      {"verifying_contract", ethereum.print_address(domain.verifying_contract)},
  });
  return object({{"domain", signed_for}, {"longest_deadline_s", longest_deadline.count()}});
}

json withdrawal_terms(const server_settings& s, const actors::ethereum_port& ethereum) {
  const auto& w = s.withdrawals;
  return object({
      {"network", s.withdrawal_network},
      {"asset", ethereum.print_address(s.withdrawal_asset)},
      {"chain", chain_document(s.withdrawal_chain)},
      {"min", w.minimum},
      {"max", w.maximum},
      {"fee", w.fee},
      {"fee_bps", w.fee_bps},
      {"per_user_per_day", value_if(w.per_user_per_day.is_positive(), w.per_user_per_day)},
      {"approval_above", w.approval_above},
  });
}

}  // namespace

/// What a page or a wallet must know before it can pay or sign. The same until a restart.
void get_app_config(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto& s = x.settings();
  const auto& ethereum = x.services().ethereum;
  const auto document = object({
      {"name", "Headroom"},
      {"profile", s.profile},
      {"version", HEADROOM_VERSION},
      {"deposit", deposit_terms(s, ethereum)},
      {"bet", bet_terms(s.bet_domain, ethereum)},
      {"withdrawal", withdrawal_terms(s, ethereum)},
      {"features",
       object({{"markets", true}, {"withdraw", true}, {"sell", true}, {"delegations", true}})},
  });
  response answer;
  answer.body = to_text(document);
  const auto etag = etag_of(answer.body);
  answer.with("ETag", etag).with("Cache-Control", "public, max-age=60");
  if (names_etag(x.asked()[header::if_none_match].text, etag)) {
    answer.status = 304;
    answer.body.clear();
  }
  x.reply(std::move(answer));
}

}  // namespace headroom::http
