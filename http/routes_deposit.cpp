#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/own_data.hpp"
#include "http/pausing.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_payment_header = 8 * 1024;

/// An x402 payment as it was sent. When both headers are there, version 2 wins; one that is
/// repeated is refused, for nobody could say which of them was meant.
struct payment {
  std::uint8_t version;
  std::string_view header;
};

std::optional<payment> payment_of(const request& r) {
  for (const auto h : {header::payment_signature, header::x_payment})
    if (r[h].count > 1)
      throw bad_field(std::string{header_names[static_cast<std::size_t>(h)]}, "must be one header");
  if (const auto& v2 = r[header::payment_signature]; v2.count > 0) return payment{2, v2.text};
  if (const auto& v1 = r[header::x_payment]; v1.count > 0) return payment{1, v1.text};
  return std::nullopt;
}

/// Without a body it is the least: that is how directories of paid resources probe for a 402.
usdc read_deposit_amount(const exchange& x) {
  const auto& limits = x.settings();
  if (x.asked().body.empty()) return limits.deposit_min;
  const body_fields body{x.asked().body, {"amount"}};
  const auto amount = read_amount("amount", body.required("amount"));
  if (amount < limits.deposit_min || amount > limits.deposit_max)
    throw bad_field("amount", "must be from " + to_string(limits.deposit_min) + " to " +
                                  to_string(limits.deposit_max) + " USDC");
  return amount;
}

/// 402 with fresh requirements: version 2 in the header, version 1 in the body.
void demand(exchange& x, usdc amount, std::string_view error) {
  auto texts = x.services().x402.require(amount, error);
  response answer;
  answer.status = 402;
  answer.with("PAYMENT-REQUIRED", texts.header_v2).with("Cache-Control", "no-store");
  answer.body = std::move(texts.body_v1);
  x.reply(std::move(answer));
}

void add_payment_response(exchange& x, response& answer, const deposit& d, std::uint8_t version,
                          std::string_view error) {
  answer.with(version == 1 ? "X-PAYMENT-RESPONSE" : "PAYMENT-RESPONSE",
              x.services().x402.respond(version, {d.payment.chain_id, d.payment.token}, d.tx_hash,
                                        d.user, d.amount, error));
}

/// The payment passed its checks and was lost on chain: as the official servers answer a failed
/// settlement, with the outcome in the header and no new demand.
void answer_unsettled(exchange& x, const deposit& d, std::uint8_t version) {
  const auto error = d.failure.empty() ? std::string{"invalid_transaction_state"} : d.failure;
  response answer;
  answer.status = 402;
  answer.body = x.services().x402.require(d.amount, error).body_v1;
  answer.with("Cache-Control", "no-store");
  add_payment_response(x, answer, d, version, error);
  x.reply(std::move(answer));
}

json shown_deposit(exchange& x, const deposit& d) {
  auto& services = x.services();
  return deposit_document(d, services.ethereum, waiting_of(d, services.dir.gauges.credit_holds()));
}

/// A settlement that is not known yet says so by its status and body alone: a PAYMENT-RESPONSE that
/// is not a success reads as a failed payment to official clients, and their users pay again.
void answer_deposit(exchange& x, const actors::paid_deposit& paid, std::uint8_t version) {
  const auto& d = paid.row;
  if (paid.repeated) x.mark_replayed();
  if (d.status == deposit_status::failed) {
    const bool credited = d.credited_at.is_set();  // a failed conversion never touches the payer
    if (!credited) return answer_unsettled(x, d, version);
  }
  const bool settling = d.status == deposit_status::settling;
  response answer;
  answer.status = settling ? 202 : 201;
  answer.body = to_text(shown_deposit(x, d));
  answer.with("Location", "/deposits/" + d.id.text()).with("Cache-Control", "no-store, private");
  settling ? void(answer.with("Retry-After", "2"))
           : add_payment_response(x, answer, d, version, "");
  x.reply(std::move(answer));
}

void refuse_payment(exchange& x, usdc amount, const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::invalid_payment) {
    const auto why = actors::detail_of(e);
    return demand(x, amount, why.empty() ? "invalid_payment" : why);
  }
  auto p = problem_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    p.detail =
        "the payment's outcome is not known yet; repeat the request with the same payment "
        "header: it is taken at most once";
  x.refuse(p);
}

void answer_receipt(exchange& x, const deposit& d) {
  response answer;
  answer.body = to_text(receipt_document(d, waiting_of(d, x.services().dir.gauges.credit_holds())));
  answer.with("Cache-Control", "no-store");
  x.reply(std::move(answer));
}

void answer_with_progress(exchange& x, const deposit& d, const conversion* c) {
  auto document = shown_deposit(x, d);
  append(document, {{"conversion", c != nullptr ? conversion_progress_document(*c) : json()}});
  x.reply_json(to_text(document));
}

void answer_page(exchange& x, const deposit_page& page) {
  const auto show = [&](const deposit& d) { return shown_deposit(x, d); };
  x.reply_json(to_text(page_document("deposits", list_of(page.deposits, show), page.next_cursor)));
}

}  // namespace

task<> post_deposit(exchange& x) {
  const query_fields none{x.asked().query, {}};
  refuse_if_paused(x, pausable::deposits);
  const auto amount = read_deposit_amount(x);
  const auto key = optional_idempotency_key(x);
  const auto paid = payment_of(x.asked());
  if (!paid) co_return demand(x, amount, "");
  if (paid->header.empty() || paid->header.size() > longest_payment_header)
    co_return demand(x, amount, "invalid_payload");
  auto& dir = x.services().dir;
  if (dir.users.draining()) throw problem_of(errc::shutting_down, "no payments are taken");
  const auto worker = dir.users.open_deposit();
  if (!worker)
    throw dir.users.draining() ? problem_of(errc::shutting_down)
                               : problem_of(errc::overloaded, "too many payments are in progress");
  const actors::pay_deposit wanted{amount, paid->version, std::string{paid->header},
                                   std::string{key.value_or("")}};
  const auto said = co_await ask<actors::paid_deposit>(x, worker, wanted);
  if (!said) co_return refuse_payment(x, amount, said.error());
  answer_deposit(x, *said, paid->version);
}

/// The payer knows the id from their own answer, and nobody can guess one: it is all that is needed
/// to read how the payment stands, from a browser too. Who paid and what became of the money since
/// is for keys.
task<> get_deposit(exchange& x) {
  const auto* const reader = reader_of(x);
  const query_fields none{x.asked().query, {}};
  const auto id = read_id<deposit_id>("id", x.id());
  const auto query = x.services().dir.handles.public_query();
  const auto d = or_refuse(co_await ask<deposit>(x, query, actors::get_atom::value, id));
  if (reader == nullptr) co_return answer_receipt(x, d);
  require_own(*reader, d.user);
  if (d.conversion.is_zero()) co_return answer_with_progress(x, d, nullptr);
  const auto c =
      or_refuse(co_await ask<conversion>(x, query, actors::get_atom::value, d.conversion));
  answer_with_progress(x, d, &c);
}

task<> get_deposits(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query,
                           {"user_address", "status", "since", "until", "cursor", "limit"}};
  deposit_filter filter;
  filter.user = read_address(x.services().ethereum, "user_address", query.required("user_address"));
  require_own(reader, filter.user);
  if (const auto text = query.text("status")) {
    const auto status = parse_deposit_status(*text);
    if (!status)
      throw bad_field("status", "must be settling, pending, converting, completed or failed");
    filter.has_status = true;
    filter.status = *status;
  }
  filter.created = read_window(query);
  if (const auto text = query.text("cursor")) filter.cursor = read_cursor("cursor", *text);
  filter.limit = read_count("limit", query.text("limit").value_or("100"), 1, 200);
  auto page = co_await ask<deposit_page>(x, x.services().dir.handles.public_query(), filter);
  answer_page(x, or_refuse(std::move(page), "cursor"));
}

}  // namespace headroom::http
