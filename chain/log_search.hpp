#pragma once

#include <algorithm>

#include "chain/eth.hpp"
#include "chain/rpc_bridge.hpp"
#include "chain/rpc_refusals.hpp"

namespace headroom::chain {

/// Looks for events in pieces that public nodes accept, never more than `max_chunks` of them:
/// backwards from `highest` (search_logs) or forwards from `lowest` (search_logs_forward). A node
/// that refuses a piece for its size gets half of it, down to one block.
struct log_search {
  eth::log_filter filter;  // its block range is set by the search
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
  std::uint64_t chunk = 2'000;
  std::uint32_t max_chunks = 50;
  /// A piece that one node shows empty is asked of all: where "none" moves money, or moves on for
  /// good, one node's word is not enough (nodes answer [] for what they have forgotten).
  bool every_node = false;
};

struct log_findings {
  bool readable = false;
  bool complete = false;        // the whole range: then "none" means none
  std::vector<log_entry> logs;  // of the first piece that had any
  std::uint64_t next = 0;       // forwards: the block to go on with
  std::uint64_t chunk = 0;      // what the nodes took: worth starting the next search with
  std::uint32_t witnesses = 1;  // with every_node: how many showed each empty piece, at least
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
    self_->request(rpc_, caf::infinite, eth::logs(s_.filter))
        .then([walk = this->shared_from_this()](const rpc_result& r) { walk->heard(r); },
              [walk = this->shared_from_this()](const caf::error&) { walk->give_up(); });
  }

 private:
  void heard(const rpc_result& r) {
    auto logs = r.status == rpc_status::ok ? eth::read_logs(r.value) : std::nullopt;
    if (!logs) {
      if (r.status != rpc_status::error || !is_range_refusal(r.error) || from_ == to_)
        return give_up();
      s_.chunk = (to_ - from_ + 1) / 2;
      return next_piece();
    }
    if (!logs->empty()) return finish(at_end(), std::move(*logs));
    if (s_.every_node) return ask_others();
    step();
  }

  void ask_others() {
    ask_every_node(self_, rpc_, eth::logs(s_.filter),
                   [walk = this->shared_from_this()](std::vector<rpc_result>& words) {
                     walk->heard_all(words);
                   });
  }

  void heard_all(const std::vector<rpc_result>& words) {
    std::uint32_t empty = 0;
    for (const auto& r : words) {
      auto logs = r.status == rpc_status::ok ? eth::read_logs(r.value) : std::nullopt;
      if (!logs) continue;
      if (!logs->empty()) return finish(at_end(), std::move(*logs));
      ++empty;
    }
    witnesses_ = std::min(witnesses_, std::max(empty, 1U));  // the first answer was one
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
    done_(none);
  }
  void finish(bool complete, std::vector<log_entry> logs) {
    const auto next = s_.lowest > s_.highest ? s_.lowest : to_ + 1;
    const auto witnesses = witnesses_ == no_piece ? 1 : witnesses_;
    done_(log_findings{true, complete, std::move(logs), next, s_.chunk, witnesses});
  }

  static constexpr std::uint32_t no_piece = UINT32_MAX;

  Self* self_;
  rpc_actor rpc_;
  log_search s_;
  search_order order_;
  Done done_;
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  std::uint32_t witnesses_ = no_piece;
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
