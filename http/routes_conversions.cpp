#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

void ratio_or_null(json_writer& w, std::string_view name, std::int64_t a, std::int64_t b) {
  if (b <= 0) return w.null(name);
  w.ratio(name, ratio_of(a, b));
}

void answer_page(exchange& x, const conversion_page& page) {
  json_writer w{4096};
  w.open();
  w.open_list("conversions");
  for (const auto& c : page.conversions) {
    w.open();
    write_conversion(w, c);
    w.close();
  }
  w.close_list();
  w.text_or_null("next_cursor", page.next_cursor);
  w.close();
  x.reply_json(w.take());
}

void answer_metrics(exchange& x, const conversion_metrics& m) {
  json_writer w;
  w.open();
  w.number("completed", m.completed);
  w.number("failed", m.failed);
  w.number("running", m.running);
  w.ratio("average_seconds", m.average_ms * 1000);
  w.ratio("p95_seconds", m.p95_ms * 1000);
  w.ratio("p99_seconds", m.p99_ms * 1000);
  ratio_or_null(w, "success_rate", m.completed, m.completed + m.failed);
  ratio_or_null(w, "realised_rate", m.total_received.micro, m.total_in.micro);
  w.field("total_in", m.total_in);
  w.field("total_received", m.total_received);
  w.field("total_loss", m.total_loss);
  w.open("fees");
  w.field("usdc", m.total_loss);
  w.open_list("native");
  for (const auto& f : m.fees) {
    w.open();
    w.number("chain_id", f.chain_id);
    w.field("wei", f.wei);
    w.close();
  }
  w.close_list();
  w.close();
  w.close();
  x.reply_json(w.take());
}

}  // namespace

task<> get_conversion(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  const auto id = read_id<conversion_id>("id", x.id());
  const auto c = or_refuse(co_await ask<conversion>(x, x.services().dir.handles.public_query(),
                                                    actors::get_atom::value, id));
  json_writer w{1024};
  w.open();
  write_conversion(w, c);
  w.close();
  x.reply_json(w.take());
}

task<> get_conversions(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields query{x.asked().query, {"cursor", "limit"}};
  actors::list_conversions wanted;
  if (const auto text = query.text("cursor")) wanted.cursor = read_cursor("cursor", *text);
  wanted.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  auto page = co_await ask<conversion_page>(x, x.services().dir.handles.public_query(), wanted);
  answer_page(x, or_refuse(std::move(page), "cursor"));
}

task<> get_conversion_metrics(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  answer_metrics(x, or_refuse(co_await ask<conversion_metrics>(
                        x, x.services().dir.handles.reports(), actors::metrics_atom::value)));
}

}  // namespace headroom::http
