#include "http/documents.hpp"

#include <algorithm>

namespace headroom::http {
namespace {

template <class Id>
void id_or_null(json_writer& w, std::string_view name, const Id& id) {
  w.field_if(!id.is_zero(), name, id.text());
}

void write_transaction(json_writer& w, const chain_operation& t) {
  w.open();
  w.field("purpose", t.purpose);
  w.number("chain_id", t.chain_id);
  w.field("tx_hash", t.tx_hash);
  w.number("nonce", t.nonce);
  w.field("status", to_string(t.status));
  if (t.block_number == 0) {
    w.null("block_number");
  } else {
    w.number("block_number", t.block_number);
  }
  w.field("created_at", t.created_at);
  w.close();
}

void write_steps(json_writer& w, const conversion& c) {
  w.open_list("steps");
  for (const auto& s : c.steps) {
    w.open();
    w.field("name", s.name);
    w.field("state", s.state);
    w.field("amount_in", s.amount_in);
    w.field_if(s.state == "done", "amount_out", s.amount_out);  // known from the receipt only
    w.field("tx_hash", s.tx_hash);
    w.number("attempt", s.attempt);
    w.text_or_null("detail", s.detail);
    w.field("started_at", s.started_at);
    w.field("finished_at", s.finished_at);
    w.open_list("transactions");
    for (const auto& t : s.transactions) write_transaction(w, t);
    w.close_list();
    w.close();
  }
  w.close_list();
}

/// A running conversion of which nothing is under way says so.
std::string_view status_of(const conversion& c) {
  const bool held =
      std::any_of(c.steps.begin(), c.steps.end(), [](const auto& s) { return s.state == "held"; });
  return held && c.status == conversion_status::running ? "held" : to_string(c.status);
}

}  // namespace

std::int64_t ratio_of(std::int64_t a, std::int64_t b) noexcept {
  return mul_div_floor(a, 1'000'000, b).value_or(0);
}

void write_bet(json_writer& w, const bet& b, const actors::ethereum_port& ethereum) {
  w.field("bet_id", b.id.text());
  w.field("user_address", ethereum.print_address(b.user));
  w.field("token_id", b.token.decimal());
  w.field("amount", b.amount);
  w.field("max_price", b.max_price);
  w.field("status", to_string(b.status));
  w.field("shares", b.shares);
  w.field("average_price", average_price(b));
  w.field("spent", b.spent);
  w.field("fee", b.fee);
  w.field("refunded", b.refunded);
  w.field("order_hash", b.order_hash);
  w.text_or_null("failure", b.failure);
  w.field("deadline", b.deadline);
  w.field("created_at", b.created_at);
  w.field("updated_at", b.updated_at);
}

void write_deposit(json_writer& w, const deposit& d, const actors::ethereum_port& ethereum) {
  w.field("deposit_id", d.id.text());
  w.field("user_address", ethereum.print_address(d.user));
  w.field("amount", d.amount);
  w.field("status", to_string(d.status));
  w.field("tx_hash", d.tx_hash);
  w.text_or_null("failure", d.failure);
  w.field("created_at", d.created_at);
  w.field("credited_at", d.credited_at);
  w.field("updated_at", d.updated_at);
  id_or_null(w, "conversion_id", d.conversion);
}

void write_receipt(json_writer& w, const deposit& d) {
  w.field("deposit_id", d.id.text());
  w.field("amount", d.amount);
  w.field("status", to_string(d.status));
  w.field("tx_hash", d.tx_hash);
  w.text_or_null("failure", d.credited_at.is_set() ? std::string_view{} : d.failure);
  w.field("credited_at", d.credited_at);
}

void write_conversion_progress(json_writer& w, const conversion& c) {
  w.field("conversion_id", c.id.text());
  w.field("status", status_of(c));
  w.field("route", c.route);
  write_steps(w, c);
}

void write_conversion(json_writer& w, const conversion& c) {
  write_conversion_progress(w, c);
  w.field("amount", c.amount);
  w.field("received", c.received);
  w.field("loss", c.loss);
  w.number("attempts", c.attempts);
  w.text_or_null("failure", c.failure);
  w.open_list("deposits");
  for (const auto& id : c.deposits) w.item(id.text());
  w.close_list();
  w.field("created_at", c.created_at);
  w.field("updated_at", c.updated_at);
  w.field("completed_at", c.completed_at);
}

void write_buffer_status(json_writer& w, const buffer_status& s) {
  const auto& row = s.row;
  w.field("buffer_id", "global");
  w.field("usdc_balance", row.balance);
  w.field("available", s.available);
  w.field("reserve", row.reserve);
  w.field("min_buffer_size", row.min_size);
  w.field_if(row.has_max, "max_buffer_size", row.max_size);
  w.field("total_deposited", row.total_deposited);
  w.field("total_withdrawn", row.total_withdrawn);
  w.ratio("utilization_rate", ratio_of(row.total_withdrawn.micro, row.total_deposited.micro));
  w.boolean("is_low", s.is_low);
  w.field("recommended_min_size", s.recommended_min_size);
  w.field("last_replenished_at", row.last_replenished_at);
  w.field("updated_at", row.updated_at);
}

}  // namespace headroom::http
