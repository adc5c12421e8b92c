#pragma once

#include <algorithm>

#include "chain/evm/eth.hpp"
#include "chain/evm/evm_settings.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/rpc_refusals.hpp"

namespace headroom::chain {

/// Looks for events in pieces that public nodes accept, never more than `max_chunks` of them:
/// backwards from `highest` (search_logs) or forwards from `lowest` (search_logs_forward). A node
/// that refuses a piece for its size gets half of it, down to one block.
struct log_search {
  eth::log_filter filter;  // its block range is set by the search
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
  std::uint64_t chunk = log_limits{}.chunk;
  std::uint32_t max_chunks = log_limits{}.chunks;
  /// A piece that one node shows empty, or cannot read, is asked of all: where "none" moves money,
  /// or moves on for good, one node's word is not enough (nodes answer [] for what they forgot).
  bool every_node = false;
};

struct log_findings {
  bool readable = false;
  bool complete = false;  // the whole range was searched
  /// With every_node: each empty piece was shown so by two nodes, or by the only one there is.
  /// Then, and when complete, "none" means none.
  bool proven = false;
  std::vector<log_entry> logs;  // of the first piece that had any
  std::uint32_t node = 0;       // who showed them
  std::uint64_t walked = 0;     // forwards: the block after the last piece
  std::uint64_t next = 0;       // forwards: the first block that is not proven empty
  std::uint64_t chunk = 0;      // what the nodes took: worth starting the next search with
  std::uint32_t requests = 0;   // that it cost
};

namespace detail {

enum class search_order : bool { newest_first, oldest_first };

/// One search on its way. Lives in the callbacks of its own questions.
template <class Self, class Done>
class log_walk : public std::enable_shared_from_this<log_walk<Self, Done>> {
 public:
  log_walk(Self* self, rpc_actor rpc, log_search s, search_order order, Done done)
      : self_{self}, rpc_{std::move(rpc)}, s_{std::move(s)}, order_{order}, done_{std::move(done)} {
    s_.chunk = std::max<std::uint64_t>(s_.chunk, 1);
  }

  void next_piece() {
    if (s_.lowest > s_.highest) return finish(true, {});
    const auto span = std::min(s_.chunk - 1, s_.highest - s_.lowest);
    from_ = order_ == search_order::oldest_first ? s_.lowest : s_.highest - span;
    to_ = from_ + span;
    s_.filter.from_block = from_;
    s_.filter.to_block = eth::quantity(to_);
    ++requests_;
    self_->request(rpc_, caf::infinite, eth::logs(s_.filter))
        .then([walk = this->shared_from_this()](const rpc_result& r) { walk->heard(r); },
              [walk = this->shared_from_this()](const caf::error&) { walk->give_up(); });
  }

 private:
  void heard(const rpc_result& r) {
    auto logs = eth::answer(r, eth::read_logs);
    if (!logs) {
      if (r.status == rpc_status::error && is_range_refusal(r.error) && from_ < to_) {
        s_.chunk = (to_ - from_ + 1) / 2;
        return next_piece();
      }
      if (r.status != rpc_status::error || !s_.every_node) return give_up();
    } else if (!logs->empty()) {
      return finish(at_end(), std::move(*logs), r.node);
    }
    if (s_.every_node && r.nodes > 1) return ask_others(r, logs ? 1 : 0);
    if (!logs) return give_up();
    step();
  }

  void ask_others(const rpc_result& first, std::uint32_t empty) {
    std::vector<rpc_request> calls;
    for (std::uint32_t i = 0; i < first.nodes; ++i) {
      if (i == first.node) continue;
      calls.push_back(eth::logs(s_.filter));
      calls.back().node = i;
    }
    requests_ += static_cast<std::uint32_t>(calls.size());
    ask_all(self_, rpc_, std::move(calls),
            [walk = this->shared_from_this(), empty](std::vector<rpc_result>& words) {
              walk->heard_all(words, empty);
            });
  }

  void heard_all(const std::vector<rpc_result>& words, std::uint32_t empty) {
    for (const auto& r : words) {
      auto logs = eth::answer(r, eth::read_logs);
      if (!logs) continue;
      if (!logs->empty()) return finish(at_end(), std::move(*logs), r.node);
      ++empty;
    }
    if (empty == 0) return give_up();
    if (empty < 2 && !unproven_) unproven_ = from_;
    step();
  }

  [[nodiscard]] bool at_end() const {
    return order_ == search_order::oldest_first ? to_ >= s_.highest : from_ <= s_.lowest;
  }

  void step() {
    if (at_end() || --s_.max_chunks == 0) return finish(at_end(), {});
    if (order_ == search_order::oldest_first) {
      s_.lowest = to_ + 1;
    } else {
      s_.highest = from_ - 1;
    }
    next_piece();
  }

  void give_up() {
    log_findings none;
    none.chunk = s_.chunk;
    none.requests = requests_;
    done_(none);
  }
  void finish(bool complete, std::vector<log_entry> logs, std::uint32_t node = 0) {
    const auto walked = s_.lowest > s_.highest ? s_.lowest : to_ + 1;
    done_(log_findings{true, complete, !unproven_, std::move(logs), node, walked,
                       unproven_ ? std::min(walked, *unproven_) : walked, s_.chunk, requests_});
  }

  Self* self_;
  rpc_actor rpc_;
  log_search s_;
  search_order order_;
  Done done_;
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  std::optional<std::uint64_t> unproven_;  // the first block that too few nodes showed empty
  std::uint32_t requests_ = 0;
};

template <class Self, class Done>
void walk_logs(Self* self, const rpc_actor& rpc, log_search s, search_order order, Done done) {
  std::make_shared<log_walk<Self, Done>>(self, rpc, std::move(s), order, std::move(done))
      ->next_piece();
}

}  // namespace detail

/// The newest piece first. `done(log_findings)` runs in `self`.
template <class Self, class Done>
void search_logs(Self* self, const rpc_actor& rpc, log_search s, Done done) {
  detail::walk_logs(self, rpc, std::move(s), detail::search_order::newest_first, std::move(done));
}

/// The oldest piece first, so that a later search can go on where this one stopped.
template <class Self, class Done>
void search_logs_forward(Self* self, const rpc_actor& rpc, log_search s, Done done) {
  detail::walk_logs(self, rpc, std::move(s), detail::search_order::oldest_first, std::move(done));
}

}  // namespace headroom::chain
