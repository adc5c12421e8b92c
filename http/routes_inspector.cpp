#include <algorithm>

#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/inspector_documents.hpp"
#include "http/routes.hpp"

/// What the inspector shows (docs/inspector.md). Everything here needs the scope `inspect`.
namespace headroom::http {
namespace {

constexpr std::size_t longest_name = 80;

actors::actor_sort read_sort(std::string_view text) {
  const auto* const at = std::find(actor_sorts.begin(), actor_sorts.end(), text);
  if (at == actor_sorts.end()) throw bad_field("sort", "must be mailbox, wait, busy, rate or age");
  return static_cast<actors::actor_sort>(at - actor_sorts.begin());
}

std::optional<actors::actor_search> read_find(const query_fields& query) {
  const auto text = query.text("find");
  if (!text) return std::nullopt;
  const auto out = actors::read_search(*text);
  if (!out)
    throw bad_field("find",
                    "must be an actor's number, a uuid or an address, or the first four "
                    "digits of one or more");
  return out;
}

std::string read_name(const query_fields& query, std::string_view name) {
  const auto text = query.text(name);
  return text ? read_text(name, *text, longest_name) : std::string{};
}

actors::actor_query read_actor_query(const query_fields& query) {
  actors::actor_query out;
  out.kind = read_name(query, "kind");
  out.find = read_find(query);
  out.sort = read_sort(query.text("sort").value_or("mailbox"));
  out.window =
      std::chrono::seconds{read_count("window", query.text("window").value_or("10"), 1, 60)};
  out.limit = read_count("limit", query.text("limit").value_or("100"), 1, 200);
  if (const auto text = query.text("cursor")) {
    out.after = read_actor_cursor(out.sort, read_cursor("cursor", *text));
    if (!out.after) throw bad_field("cursor", "is not one of this order");
  }
  return out;
}

std::uint64_t read_actor_id(std::string_view text) {
  const auto found = actors::read_search(text);
  if (!found || !found->actor_id) throw bad_field("id", "must be an actor's number");
  return *found->actor_id;
}

void no_fields(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields none{x.asked().query, {}};
}

}  // namespace

task<> get_actors(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"kind", "find", "sort", "window", "cursor", "limit"}};
  const auto wanted = read_actor_query(query);
  const auto page = or_refuse(
      co_await ask<actors::actor_page>(x, actors::inspector_of(x.services().dir.handles), wanted));
  x.reply_json(to_text(page_document(page, wanted.sort, x.services().now())));
}

task<> get_actor(exchange& x) {
  no_fields(x);
  const actors::look_at_actor asked{read_actor_id(x.id())};
  const auto sight = or_refuse(
      co_await ask<actors::actor_sight>(x, actors::inspector_of(x.services().dir.handles), asked));
  if (!sight.found) throw problem_of(errc::not_found, "no such actor lives");
  x.reply_json(to_text(sight_document(sight)));
}

task<> get_lints(exchange& x) {
  no_fields(x);
  const auto found = or_refuse(co_await ask<actors::lint_report>(
      x, actors::inspector_of(x.services().dir.handles), actors::lints_atom::value));
  x.reply_json(to_text(
      object({{"looked_at", found.looked_at}, {"lints", list_of(found.lints, lint_document)}})));
}

task<> get_waits(exchange& x) {
  no_fields(x);
  const auto graph = or_refuse(co_await ask<actors::wait_graph>(
      x, actors::inspector_of(x.services().dir.handles), actors::waits_atom::value));
  x.reply_json(to_text(graph_document(graph)));
}

/// Asks nobody: what was refused is seen also while the house stands still.
void get_refused(exchange& x) {
  no_fields(x);
  x.reply_json(to_text(object({{"messages", letters_document(actors::incidents::instance())},
                               {"requests", refusals_document(x.shared().refused)}})));
}

void get_tree(exchange& x) {
  no_fields(x);
  x.reply_json(to_text(tree_document(actors::supervision::instance().children(),
                                     actors::incidents::instance().ends())));
}

void get_inspector_stream(exchange& x) {
  const auto& who = require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"limit", "seconds", "kind", "find", "type"}};
  trace_streams::terms t;
  t.limit = read_count("limit", query.required("limit"), 1, 10'000);
  t.time = std::chrono::seconds{read_count("seconds", query.required("seconds"), 1, 300)};
  t.filter = {read_name(query, "kind"), read_name(query, "type"), read_find(query)};
  auto right = x.shared().traces.take(who.id);
  auto stream = x.open_stream();
  x.shared().traces.begin(std::move(right), std::move(stream), t);
}

}  // namespace headroom::http
