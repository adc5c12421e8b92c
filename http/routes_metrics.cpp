#include <cstdio>

#include "actors/alerts.hpp"
#include "http/auth.hpp"
#include "http/router.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

std::string label(std::string_view name, std::string_view value) {
  std::string out{name};
  out += "=\"";
  for (const char c : value)
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') out += c;
  return out += '"';
}

std::string in_usdc(usdc amount) { return to_string(amount); }

void write_gauge(std::string& out, std::string_view name, std::string_view help,
                 std::string_view value) {
  metric_head(out, name, "gauge", help);
  metric_line(out, name, "", value);
}

void write_house(std::string& out, const actors::directory& dir) {
  write_gauge(out, "headroom_bets_live", "Bets being placed.", std::to_string(dir.live_bets()));
  write_gauge(out, "headroom_balance_actors", "Users with a live balance actor.",
              std::to_string(dir.balance_count()));
  write_gauge(out, "headroom_draining", "1 while the service shuts down.",
              dir.draining() ? "1" : "0");
  const auto venue = dir.venue_state().look();
  metric_head(out, "headroom_venue_stopped", "gauge", "1 while the venue takes no bets, by cause.");
  for (const auto why : actors::venue_stops)
    metric_line(out, "headroom_venue_stopped", label("cause", to_string(why)),
                why == venue.why ? "1" : "0");
  write_gauge(out, "headroom_venue_stopped_markets",
              "Markets whose orders the venue refuses as such.",
              std::to_string(dir.venue_state().stopped_markets()));
  const auto available = dir.buffer_available();
  write_gauge(out, "headroom_buffer_available_usdc",
              "What the buffer can pay now; NaN while nobody knows.",
              available ? in_usdc(*available) : "NaN");
}

void write_buffer(std::string& out, const buffer_status& s) {
  write_gauge(out, "headroom_buffer_balance_usdc", "Committed balance of the buffer.",
              in_usdc(s.row.balance));
  write_gauge(out, "headroom_buffer_min_usdc", "Below this the buffer counts as low.",
              in_usdc(s.row.min_size));
  write_gauge(out, "headroom_buffer_reserve_usdc", "Surplus above the buffer's maximum.",
              in_usdc(s.row.reserve));
  write_gauge(out, "headroom_buffer_low", "1 when the buffer is low.", s.is_low ? "1" : "0");
}

/// The audit's last comparison; nothing before the first.
void write_solvency(std::string& out, const solvency& s) {
  if (!s.checked) return;
  write_gauge(out, "headroom_solvent", "1 while books and chains cover what users are owed.",
              s.solvent ? "1" : "0");
  write_gauge(out, "headroom_solvency_difference_usdc", "Assets minus liabilities, by the books.",
              in_usdc(s.difference));
  if (s.onchain_known)
    write_gauge(out, "headroom_onchain_shortfall_usdc", "What the chains lack of the books.",
                in_usdc(s.shortfall));
}

/// One sample for each alert that lasts, and how often each kind began.
void write_alerts(std::string& out, const actors::alert_board& board) {
  metric_head(out, "headroom_alert_active", "gauge", "1 for each alert that lasts.");
  for (const auto& a : board.list())
    if (a.lasts)
      metric_line(out, "headroom_alert_active",
                  label("kind", a.kind) + "," + label("subject", a.subject), "1");
  metric_head(out, "headroom_alerts_raised_total", "counter", "Alerts that began, by kind.");
  for (const auto& [kind, count] : board.raised())
    metric_line(out, "headroom_alerts_raised_total", label("kind", kind), std::to_string(count));
}

/// Gauges: the registry counts the actors that live now.
void write_actors(std::string& out, const actors::actor_listing& listing) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    metric_head(out, name, "gauge", help);
    for (const auto& k : listing.kinds) metric_line(out, name, label("kind", k.name), value(k));
  };
  each("headroom_actors", "Live actors.", [](auto& k) { return std::to_string(k.live); });
  each("headroom_actor_mailbox_messages", "Messages waiting in mailboxes.",
       [](auto& k) { return std::to_string(k.mailbox); });
  each("headroom_actor_processed_messages", "Messages processed by the live actors.",
       [](auto& k) { return std::to_string(k.processed); });
  each("headroom_actor_busy_seconds", "Time the live actors spent in handlers.", [](auto& k) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6f", static_cast<double>(k.busy_us) / 1e6);
    return std::string{text};
  });
}

void answer_metrics(exchange& x, std::string text) {
  response answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = std::move(text);
  x.reply(std::move(answer));
}

}  // namespace

/// Our own numbers always; those of an actor that does not answer soon are left out, so that a
/// scrape works while the database is away.
void get_metrics(exchange& x) {
  if (!x.settings().public_metrics) require_scope(x, {scope::inspect});
  x.hurry(std::chrono::seconds{2});
  std::string text;
  x.shared().metrics.write(text, route_labels());
  write_house(text, x.services().dir);
  write_alerts(text, x.services().dir.alerts());
  const auto with_solvency = [](exchange& y, const std::string& so_far) {
    y.ask_or<solvency>(
        y.services().dir.get<actors::audit_actor>(),
        [so_far](exchange& z, const solvency& s) {
          auto out = so_far;
          write_solvency(out, s);
          answer_metrics(z, std::move(out));
        },
        [so_far](exchange& z, const caf::error&) { answer_metrics(z, so_far); },
        actors::solvency_atom::value);
  };
  const auto with_buffer = [with_solvency](exchange& y, const std::string& so_far) {
    y.ask_or<buffer_status>(
        y.services().dir.get<actors::buffer_actor>(),
        [so_far, with_solvency](exchange& z, const buffer_status& s) {
          auto out = so_far;
          write_buffer(out, s);
          with_solvency(z, out);
        },
        [so_far, with_solvency](exchange& z, const caf::error&) { with_solvency(z, so_far); },
        actors::get_atom::value);
  };
  x.ask_or<actors::actor_listing>(
      x.services().dir.get<actors::inspector_actor>(),
      [text, with_buffer](exchange& y, const actors::actor_listing& listing) {
        auto out = text;
        write_actors(out, listing);
        with_buffer(y, out);
      },
      [text, with_buffer](exchange& y, const caf::error&) { with_buffer(y, text); },
      actors::list_atom::value, std::uint32_t{0});
}

}  // namespace headroom::http
