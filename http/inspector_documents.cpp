#include "http/inspector_documents.hpp"

#include <charconv>

#include "actors/watching.hpp"

namespace headroom::http {
namespace {

using namespace actors;

std::int64_t steady_now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

json wall_of(std::int64_t at_us) { return value_of(timestamp{at_us}); }

json wait_of(std::uint32_t us) { return value_if(us != unknown_wait, us); }

json type_or_null(message_type t) { return t == message_type{} ? json() : value_of(name_of(t)); }

json business_of(const actor_sighting& x) {
  return text_or_null(text_of(x.business_kind, x.business_id));
}

/// What a single actor shows in every place.
json card_document(const actor_sighting& x, std::int64_t now_ns) {
  return object({
      {"id", x.id},
      {"name", std::string_view{x.name}},
      {"business_id", business_of(x)},
      {"mailbox", x.waiting},
      {"received", x.processed + x.waiting},
      {"processed", x.processed},
      {"busy_us", x.busy_ns / 1000},
      {"age_ms",
       static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ns - x.born_ns)) / 1'000'000},
      {"wait_us", x.wait_at(now_ns)},
      {"in_handler", x.began_ns == 0 ? json() : type_or_null(x.in_handler)},
  });
}

/// `count` of a window, per second; null while nothing is known of any time.
json per_second(std::uint64_t count, std::chrono::milliseconds window) {
  if (window.count() == 0) return {};
  return ratio(static_cast<std::int64_t>(count) * 1'000'000'000 / window.count());
}

json buckets_of(const times_seen& t) {
  json::array_t out;
  for (std::size_t n = 0; n < times_seen::buckets; ++n)
    if (t.counts[n] > 0)
      out.emplace_back(
          object({{"below_us", n + 1 == times_seen::buckets ? json() : json(std::uint64_t{1} << n)},
                  {"count", t.counts[n]}}));
  return json(std::move(out));
}

json handler_document(const type_times& t) {
  return object({
      {"type", name_of(t.type)},
      {"count", t.took.total},
      {"total_us", t.took.total_us},
      {"p50_us", t.took.percentile_us(0.5)},
      {"p99_us", t.took.percentile_us(0.99)},
      {"max_us", t.took.max_us},
      {"wait_p50_us", value_if(t.waited.total > 0, t.waited.percentile_us(0.5))},
      {"wait_p99_us", value_if(t.waited.total > 0, t.waited.percentile_us(0.99))},
      {"wait_max_us", value_if(t.waited.total > 0, t.waited.max_us)},
      {"buckets", buckets_of(t.took)},
  });
}

json noted_document(const noted_message& m) {
  return object({
      {"at", wall_of(m.at_us)},
      {"type", name_of(m.type)},
      {"from", value_if(m.from != 0, m.from)},
      {"wait_us", wait_of(m.wait_us)},
      {"took_us", m.took_us},
      {"outcome", to_string(m.end)},
  });
}

json mailbox_document(const actor_sight& x) {
  auto out = object({{"length", x.seen.waiting}, {"oldest_ms", json()}, {"by_type", json()}});
  if (x.oldest_us > 0) out["oldest_ms"] = x.oldest_us / 1000;
  if (!x.mailbox) return out;
  json::array_t types;
  for (const auto& [type, count] : x.mailbox->by_type)
    types.emplace_back(object({{"type", name_of(type)}, {"count", count}}));
  if (x.mailbox->not_known > 0)
    types.emplace_back(object({{"type", "?"}, {"count", x.mailbox->not_known}}));
  out["by_type"] = json(std::move(types));
  return out;
}

json end_document(const actor_sighting& x) {
  if (x.id == 0) return {};
  return object(
      {{"id", x.id}, {"kind", std::string_view{x.name}}, {"business_id", business_of(x)}});
}

}  // namespace

json kind_document(const kind_info& k) {
  return object({
      {"name", k.name},
      {"live", k.live},
      {"mailbox", k.mailbox},
      {"processed", k.processed},
      {"busy_us", k.busy_us},
  });
}

json page_document(const actor_page& page, actor_sort sort, timestamp wall) {
  const auto row = [&](const actor_row& r) {
    auto out = card_document(r.seen, page.taken_ns);
    append(out, {{"rate", per_second(r.messages, page.window)},
                 {"busy_us_per_s", per_second(r.busy_us, page.window)}});
    return out;
  };
  json cursor;
  if (page.more && !page.rows.empty())
    cursor = cursor_text(sort, {page.rows.back().figure, page.rows.back().seen.id});
  return object({
      {"as_of", wall.minus(page.age)},
      {"total", page.total},
      {"matched", page.matched},
      {"window_ms", page.window.count()},
      {"kinds", list_of(page.kinds, kind_document)},
      {"actors", list_of(page.rows, row)},
      {"next_cursor", std::move(cursor)},
  });
}

json sight_document(const actor_sight& x) {
  const auto now = steady_now();
  auto card = card_document(x.seen, now);
  append(card, {{"handler_us", value_if(x.handler_us > 0, x.handler_us)}});
  json facts;
  if (x.no_facts.empty()) {
    facts = json::object();
    for (const auto& [name, text] : x.facts) facts[name] = text;
  }
  return object({
      {"card", std::move(card)},
      {"facts", std::move(facts)},
      {"no_facts", text_or_null(x.no_facts)},
      {"mailbox", mailbox_document(x)},
      {"handlers_of", x.own_times ? "actor" : "kind"},
      {"handlers", list_of(x.times, handler_document)},
      {"recent", list_of(x.recent, noted_document)},
      {"lints", list_of(x.lints, lint_document)},
  });
}

json lint_document(const lint& x) {
  return object({
      {"code", x.code},
      {"kind", text_or_null(x.kind)},
      {"actor_id", value_if(x.actor_id != 0, x.actor_id)},
      {"business_id", text_or_null(x.business_id)},
      {"text", x.text},
      {"for_ms", value_if(x.for_ms > 0, x.for_ms)},
      {"count", x.count},
  });
}

json graph_document(const wait_graph& x) {
  const auto edge = [&](const wait_edge& e) {
    const auto since = static_cast<std::int64_t>(e.what.since_ns);
    return object({
        {"waiter", end_document(e.waiter)},
        {"waits_for", end_document(e.asked)},
        {"request", name_of(e.what.type)},
        {"for_ms",
         static_cast<std::uint64_t>(std::max<std::int64_t>(0, x.now_ns - since)) / 1'000'000},
    });
  };
  return object({
      {"total", x.total},
      {"not_known", x.forgotten},
      {"waits", list_of(x.edges, edge)},
      {"cycles", list_of(x.cycles, [](const auto& cycle) { return json(cycle); })},
  });
}

json flight_document(const flight_event& x) {
  auto out = noted_document(x);
  append(out, {{"actor_id", x.actor_id},
               {"kind", std::string_view{x.kind}},
               {"business_id", text_or_null(text_of(x.subject_kind, x.subject))}});
  return out;
}

json letters_document(const incidents& from) {
  const auto counts = from.letter_counts();
  const auto last = from.letters();
  return object({
      {"counts", list_of(counts,
                         [](const incidents::letter_count& c) {
                           return object({{"kind", c.kind},
                                          {"type", type_or_null(c.type)},
                                          {"fate", to_string(c.fate)},
                                          {"count", c.count}});
                         })},
      {"last", list_of(last,
                       [](const dead_letter& l) {
                         return object({{"at", wall_of(l.at_us)},
                                        {"kind", l.kind},
                                        {"actor_id", l.actor_id},
                                        {"type", name_of(l.type)},
                                        {"from", value_if(l.from != 0, l.from)},
                                        {"fate", to_string(l.fate)}});
                       })},
  });
}

json refusals_document(const refusal_log& from) {
  const auto counts = from.counts();
  const auto last = from.last();
  return object({
      {"counts", list_of(counts,
                         [](const refusal_log::count& c) {
                           return object({{"code", c.code},
                                          {"status", c.status},
                                          {"count", c.refused},
                                          {"last", c.last}});
                         })},
      {"last", list_of(last,
                       [](const refusal& r) {
                         return object({{"at", r.at},
                                        {"method", r.method},
                                        {"route", text_or_null(r.route)},
                                        {"status", r.status},
                                        {"code", r.code},
                                        {"field", text_or_null(r.field)},
                                        {"caller", text_or_null(r.caller)}});
                       })},
  });
}

json tree_document(const std::vector<supervision::child>& children,
                   const std::vector<actor_end>& ends) {
  const auto end_of = [&](const supervision::child& c) -> json {
    for (const auto& e : ends) {
      if (e.actor_id != c.last_actor) continue;
      return object({{"at", wall_of(e.at_us)},
                     {"reason", c.last_reason},
                     {"in_handler", type_or_null(e.in_handler)},
                     {"last_messages", list_of(e.last, noted_document)}});
    }
    if (c.last_reason.empty()) return {};
    return object({{"at", json()},
                   {"reason", c.last_reason},
                   {"in_handler", json()},
                   {"last_messages", json::array()}});
  };
  return object({
      {"root", "guardian"},
      {"children", list_of(children,
                           [&](const supervision::child& c) {
                             return object({{"name", c.name},
                                            {"actor_id", c.actor_id},
                                            {"alive", c.alive},
                                            {"restarts", c.restarts},
                                            {"last_end", end_of(c)}});
                           })},
      {"other_ends", list_of(ends,
                             [](const actor_end& e) {
                               return object({{"at", wall_of(e.at_us)},
                                              {"kind", e.kind},
                                              {"actor_id", e.actor_id},
                                              {"reason", e.reason},
                                              {"in_handler", type_or_null(e.in_handler)}});
                             })},
  });
}

std::string cursor_text(actor_sort sort, const actor_place& at) {
  return std::string{actor_sorts[static_cast<std::size_t>(sort)]} + "." +
         std::to_string(at.figure) + "." + std::to_string(at.id);
}

std::optional<actor_place> read_actor_cursor(actor_sort sort, std::string_view text) {
  const auto prefix = std::string{actor_sorts[static_cast<std::size_t>(sort)]} + ".";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto* const end = text.data() + text.size();
  actor_place out;
  const auto first = std::from_chars(text.data(), end, out.figure);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, out.id);
  if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
  return out;
}

}  // namespace headroom::http
