#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "domain/time.hpp"

/// An independent price: Chainlink's AggregatorV3Interface, read at one node.
namespace headroom::chain {

struct price_feed {
  address aggregator;
  /// The longest that the feed is silent when all is well, with a margin; older is stale.
  std::chrono::seconds heartbeat{90'000};
};

/// Hundred-millionths of a dollar: Chainlink's own unit for dollar pairs.
inline constexpr std::int64_t whole_price = 100'000'000;

struct price_reading {
  std::int64_t price = 0;  // in `whole_price`; digits beyond it are cut off
  timestamp updated_at{};
  std::string problem{};  // why it says nothing, for a human; "": it does

  [[nodiscard]] bool good() const noexcept { return problem.empty(); }
};

/// What read_price reads, in its order: all of it from one and the same node.
[[nodiscard]] std::vector<rpc_request> ask_price(const price_feed& feed);
/// The age is measured by the later of two clocks: the node's block shows a feed that stopped, ours
/// a node that did.
[[nodiscard]] price_reading read_price(const price_feed& feed, std::span<const rpc_result> answers,
                                       timestamp now);

/// Whether a good price is at most so far from one dollar, either way; the bound itself is inside.
[[nodiscard]] bool is_at_par(const price_reading& p, std::uint32_t within_bps) noexcept;

/// A feed as an actor asks it: many questions in `keep` are one to the node, and askers who come
/// while it is out wait for the same answer. Belongs to one actor; `then` runs in it.
class price_watch {
 public:
  price_watch(price_feed feed, rpc_actor nodes, std::chrono::milliseconds keep)
      : memory_{std::make_shared<memory>()}, nodes_{std::move(nodes)}, keep_{keep} {
    memory_->feed = feed;
  }

  /// @param clock  says what time it is when the answer is in.
  template <class Self>
  void ask(Self* self, std::function<timestamp()> clock,
           std::function<void(const price_reading&)> then) {
    auto& m = *memory_;
    const auto now = self->clock().now();
    if (m.last && now < m.until) return then(*m.last);
    m.waiting.push_back(std::move(then));
    if (m.waiting.size() > 1) return;
    ask_one_node(
        self, nodes_, ask_price(m.feed), std::nullopt,
        [self, kept = memory_, keep = keep_, clock = std::move(clock)](std::vector<rpc_result>& r) {
          const auto reading = read_price(kept->feed, r, clock());
          kept->last = reading;
          kept->until = self->clock().now() + keep;
          for (const auto& each : std::exchange(kept->waiting, {})) each(reading);
        });
  }

 private:
  struct memory {
    price_feed feed;
    std::optional<price_reading> last{};
    caf::actor_clock::time_point until{};
    std::vector<std::function<void(const price_reading&)>> waiting{};
  };
  std::shared_ptr<memory> memory_;
  rpc_actor nodes_;
  std::chrono::milliseconds keep_;
};

}  // namespace headroom::chain
