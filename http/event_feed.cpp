#include "http/event_feed.hpp"

#include <algorithm>

#include "http/json_values.hpp"

namespace headroom::http {
namespace {

constexpr std::chrono::seconds patience{2};
constexpr std::chrono::milliseconds buffer_pace{250};
constexpr std::chrono::seconds price_pace{1};
constexpr std::chrono::seconds flows_pace{5};

/// Hands what was said to `use`, on the thread of who said it, and nothing when nobody did.
template <class Answer, class Use>
class told final : public question {
 public:
  explicit told(Use use) : use_{std::move(use)} {}

  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
    use_(answer_in<Answer>(said));
    self.reset();
  }
  void run() override {}

 private:
  Use use_;
};

template <class Answer, class Use>
std::unique_ptr<question> telling(Use use) {
  return std::make_unique<told<Answer, Use>>(std::move(use));
}

}  // namespace

void event_feed::tick(clock::time_point now) {
  ask_events(now);
  ask_buffer(now);
  ask_prices(now);
  ask_flows(now);
}

void event_feed::ask_events(clock::time_point now) {
  const auto books = to_.services.dir.handles.events();
  if (!books || asking_events_.exchange(true)) return;
  auto& hub = to_.hub;
  if (!hub.has_begun()) {
    to_.bridge->ask(books, now + patience, telling<std::int64_t>([this](const auto& newest) {
                      if (newest) to_.hub.begin(*newest);
                      asking_events_.store(false);
                    }),
                    actors::events_atom::value);
    return;
  }
  to_.bridge->ask(books, now + patience,
                  telling<std::vector<heard_event>>([this](const auto& news) {
                    const bool more = news && news->size() == most_events_at_once;
                    if (news) to_.hub.hear(*news);
                    asking_events_.store(false);
                    if (more) ask_events(clock::now());
                  }),
                  actors::events_atom::value, hub.heard(), std::uint32_t{most_events_at_once});
}

void event_feed::ask_buffer(clock::time_point now) {
  if (now < next_buffer_) return;
  if (buffer_untold_.exchange(false)) told_buffer_.reset();
  const auto available = to_.services.dir.gauges.buffer_available();
  const auto buffer = to_.services.dir.handles.get<actors::buffer_actor>();
  if (!available || available == told_buffer_ || !buffer || asking_buffer_.exchange(true)) return;
  next_buffer_ = now + buffer_pace;
  told_buffer_ = available;
  to_.bridge->ask(buffer, now + patience, telling<buffer_status>([this](const auto& status) {
                    if (status)
                      to_.hub.tell_buffer(to_text(
                          object({{"available", status->available}, {"is_low", status->is_low}})));
                    if (!status) buffer_untold_.store(true);
                    asking_buffer_.store(false);
                  }),
                  actors::get_atom::value);
}

void event_feed::ask_flows(clock::time_point now) {
  if (now < next_flows_) return;
  next_flows_ = now + flows_pace;
  const auto reports = to_.services.dir.handles.reports();
  if (!reports) return;
  to_.bridge->ask(reports, now + patience, telling<buffer_flows>([this](const auto& flows) {
                    if (flows) to_.inflow.set(*flows);
                  }),
                  actors::flows_atom::value);
}

/// Those that had no turn this second have it in the next.
void event_feed::ask_prices(clock::time_point now) {
  if (now < next_prices_) return;
  next_prices_ = now + price_pace;
  to_.hub.forget_ended();
  const auto market = to_.services.dir.handles.get<actors::market_actor>();
  const auto tokens = to_.hub.wanted_prices();
  if (!market || tokens.empty()) return;
  for (std::size_t n = 0; n < std::min(tokens.size(), most_prices_at_once); ++n)
    to_.bridge->ask(market, now + patience, telling<actors::token_price>([this](const auto& price) {
                      if (!price) return;
                      to_.hub.tell_price(
                          price->token, to_text(object({
                                            {"token_id", price->token.decimal()},
                                            {"ask", value_if(price->ask.is_positive(), price->ask)},
                                            {"bid", value_if(price->bid.is_positive(), price->bid)},
                                            {"as_of", price->as_of},
                                        })));
                    }),
                    actors::get_price{tokens[next_price_++ % tokens.size()]});
}

}  // namespace headroom::http
