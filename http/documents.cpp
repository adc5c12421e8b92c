#include "http/documents.hpp"

#include <algorithm>

namespace headroom::http {
namespace {

json transaction_document(const chain_operation& t) {
  return object({
      {"purpose", t.purpose},
      {"chain_id", t.chain_id},
      {"tx_hash", t.tx_hash},
      {"nonce", t.nonce},
      {"attempt", t.attempt},
      {"status", to_string(t.status)},
      {"block_number", value_if(t.block_number != 0, t.block_number)},
      {"fee_wei", text_or_null(t.fee_wei)},
      {"created_at", t.created_at},
  });
}

json step_document(const conversion_step& s) {
  return object({
      {"name", s.name},
      {"state", s.state},
      {"amount_in", s.amount_in},
      {"amount_out", value_if(s.state == "done", s.amount_out)},  // known from the receipt only
      {"tx_hash", s.tx_hash},
      {"attempt", s.attempt},
      {"detail", text_or_null(s.detail)},
      {"started_at", s.started_at},
      {"finished_at", s.finished_at},
      {"transactions", list_of(s.transactions, transaction_document)},
  });
}

/// What an operator ordered last.
json order_document(const conversion_order& o) {
  return object({
      {"word", to_string(o.word)},
      {"by", o.by},
      {"reason", o.reason},
      {"at", o.at},
  });
}

/// A running conversion of which nothing is under way says so.
std::string_view status_of(const conversion& c) {
  const bool held =
      std::any_of(c.steps.begin(), c.steps.end(), [](const auto& s) { return s.state == "held"; });
  return held && c.status == conversion_status::running ? "held" : to_string(c.status);
}

json forecast_document(const buffer_forecast& f) {
  const auto seconds = [](std::int64_t s) { return value_if(s != buffer_forecast::never, s); };
  return object({
      {"level", to_string(f.level)},
      {"low", f.marks.low},
      {"target", f.marks.target},
      {"high", f.marks.high},
      {"outflow_per_hour", value_if(f.measured, f.out_per_hour)},
      {"outflow_day", value_if(f.measured, f.out_day)},
      {"arriving", f.arriving},
      {"arrived_day", f.arrived_day},
      {"seconds_to_low", seconds(f.seconds_to_low)},
      {"seconds_to_empty", seconds(f.seconds_to_empty)},
      {"slowest_route_seconds", value_if(f.slowest_seconds > 0, f.slowest_seconds)},
      {"recommended_by_outflow", value_if(f.measured, f.recommended_by_outflow)},
  });
}

}  // namespace

std::int64_t ratio_of(std::int64_t a, std::int64_t b) noexcept {
  return mul_div_floor(a, 1'000'000, b).value_or(0);
}

json bet_document(const bet& b, const actors::ethereum_port& ethereum, std::string_view progress) {
  return object({
      {"bet_id", b.id.text()},
      {"user_address", ethereum.print_address(b.user)},
      {"token_id", b.token.decimal()},
      {"amount", b.amount},
      {"max_price", b.max_price},
      {"status", to_string(b.status)},
      {"shares", b.shares},
      {"average_price", average_price(b)},
      {"spent", b.spent},
      {"fee", b.fee},
      {"refunded", b.refunded},
      {"order_hash", b.order_hash},
      {"failure", text_or_null(b.failure)},
      {"deadline", b.deadline},
      {"created_at", b.created_at},
      {"updated_at", b.updated_at},
      {"result", value_if(b.result != settlement_result::none, to_string(b.result))},
      {"payout", value_if(b.result != settlement_result::none, b.payout)},
      {"progress", text_or_null(progress)},
  });
}

json sale_document(const sale& s, const actors::ethereum_port& ethereum,
                   std::string_view progress) {
  const auto price = mul_div_floor(s.proceeds.micro, micro_per_usdc, s.sold.micro);
  return object({
      {"sale_id", s.id.text()},
      {"user_address", ethereum.print_address(s.user)},
      {"token_id", s.token.decimal()},
      {"status", s.status == sale_status::sold ? "filled" : to_string(s.status)},
      {"shares", s.shares},
      {"min_price", s.min_price},
      {"sold", s.sold},
      {"average_price", usdc{price.value_or(0)}},
      {"proceeds", s.proceeds},
      {"fee", s.fee},
      {"credited", sub_saturating(s.proceeds, s.fee)},
      {"order_hash", s.order_hash},
      {"failure", text_or_null(s.failure)},
      {"deadline", s.deadline},
      {"created_at", s.created_at},
      {"updated_at", s.updated_at},
      {"progress", text_or_null(progress)},
  });
}

json position_document(const position& p, const actors::ethereum_port& ethereum, usdc bid) {
  const bool settled = p.result != settlement_result::none;
  const auto held = p.shares.micro + p.selling.micro;
  const bool empty = held == 0;
  const auto worth = mul_div_floor(held, bid.micro, micro_per_usdc);
  return object({
      {"user_address", ethereum.print_address(p.user)},
      {"token_id", p.token.decimal()},
      {"condition_id", p.condition},
      {"outcome", text_or_null(p.outcome)},
      {"shares", p.shares},
      {"selling", p.selling},
      {"cost", p.cost},
      {"value", settled ? value_of(p.payout)
                        : value_if(empty || bid.is_positive(), usdc{worth.value_or(0)})},
      {"status", settled ? "settled"
                 : empty ? "closed"
                         : "open"},
      {"result", value_if(settled, to_string(p.result))},
      {"payout", value_if(settled, p.payout)},
      {"updated_at", p.updated_at},
  });
}

std::string waiting_of(const deposit& d, const actors::credit_holds& holds) {
  if (d.status != deposit_status::pending) return {};
  return holds.why({d.payment.chain_id, d.payment.token});
}

json deposit_document(const deposit& d, const actors::ethereum_port& ethereum,
                      std::string_view waiting) {
  return object({
      {"deposit_id", d.id.text()},
      {"user_address", ethereum.print_address(d.user)},
      {"amount", d.amount},
      {"fee", d.fee},
      {"credited", d.credited()},
      {"network", "eip155:" + std::to_string(d.payment.chain_id)},
      {"asset", ethereum.print_address(d.payment.token)},
      {"status", to_string(d.status)},
      {"tx_hash", d.tx_hash},
      {"failure", text_or_null(d.failure)},
      {"created_at", d.created_at},
      {"credited_at", d.credited_at},
      {"updated_at", d.updated_at},
      {"conversion_id", value_if(!d.conversion.is_zero(), d.conversion.text())},
      {"waiting", text_or_null(waiting)},
  });
}

json withdrawal_document(const withdrawal& w, const actors::ethereum_port& ethereum) {
  return object({
      {"withdrawal_id", w.id.text()},
      {"user_address", ethereum.print_address(w.user)},
      {"to", ethereum.print_address(w.to)},
      {"amount", w.amount},
      {"fee", w.fee},
      {"received", paid_out(w)},
      {"status", to_string(w.status)},
      {"needs_approval", waits_for_approval(w)},
      {"tx_hash", w.tx_hash},
      {"failure", text_or_null(w.failure)},
      {"created_at", w.created_at},
      {"updated_at", w.updated_at},
  });
}

json receipt_document(const deposit& d, std::string_view waiting) {
  return object({
      {"deposit_id", d.id.text()},
      {"amount", d.amount},
      {"fee", d.fee},
      {"credited", d.credited()},
      {"status", to_string(d.status)},
      {"tx_hash", d.tx_hash},
      {"failure", text_or_null(d.credited_at.is_set() ? std::string_view{} : d.failure)},
      {"credited_at", d.credited_at},
      {"waiting", text_or_null(waiting)},
  });
}

json conversion_progress_document(const conversion& c) {
  return object({
      {"conversion_id", c.id.text()},
      {"status", status_of(c)},
      {"route", c.route},
      {"steps", list_of(c.steps, step_document)},
  });
}

json source_document(const money_source& s, const actors::ethereum_port& ethereum) {
  if (s.chain_id == 0) return {};
  return object({
      {"network", "eip155:" + std::to_string(s.chain_id)},
      {"chain_id", s.chain_id},
      {"token", ethereum.print_address(s.token)},
  });
}

json conversion_document(const conversion& c, const actors::ethereum_port& ethereum) {
  auto out = conversion_progress_document(c);
  append(out, {
                  {"amount", c.amount},
                  {"received", c.received},
                  {"loss", c.loss},
                  {"attempts", c.attempts},
                  {"failure", text_or_null(c.failure)},
                  {"deposits", list_of(c.deposits, [](const auto& id) { return id.text(); })},
                  {"created_at", c.created_at},
                  {"updated_at", c.updated_at},
                  {"completed_at", c.completed_at},
                  {"source", source_document(c.source, ethereum)},
                  {"expected", value_if(c.expected_out.is_positive(), c.expected_out)},
                  {"expected_seconds", value_if(c.expected_seconds > 0, c.expected_seconds)},
                  {"choice", text_or_null(c.choice)},
                  {"order", c.order.number > 0 ? order_document(c.order) : json()},
                  {"replaced_by", value_if(!c.replaced_by.is_zero(), c.replaced_by.text())},
              });
  return out;
}

json buffer_document(const buffer_status& s) {
  const auto& row = s.row;
  const auto used = ratio_of(row.total_withdrawn.micro, row.total_deposited.micro);
  return object({
      {"buffer_id", "global"},
      {"usdc_balance", row.balance},
      {"available", s.available},
      {"reserve", row.reserve},
      {"min_buffer_size", row.min_size},
      {"max_buffer_size", value_if(row.has_max, row.max_size)},
      {"total_deposited", row.total_deposited},
      {"total_withdrawn", row.total_withdrawn},
      {"utilization_rate", ratio(used)},
      {"is_low", s.is_low},
      {"recommended_min_size", s.recommended_min_size},
      {"last_replenished_at", row.last_replenished_at},
      {"updated_at", row.updated_at},
      {"forecast", forecast_document(s.forecast)},
  });
}

json page_document(std::string_view name, json list, std::string_view next_cursor) {
  return object({{name, std::move(list)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace headroom::http
