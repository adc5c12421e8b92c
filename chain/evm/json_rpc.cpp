#include "chain/evm/json_rpc.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <mutex>
#include <optional>

#include "chain/evm/rpc_answer.hpp"
#include "net/json.hpp"

namespace headroom::chain {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string body_of(std::uint64_t id, std::string_view method, nlohmann::json params) {
  return net::to_text(nlohmann::json{
      {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
}

}  // namespace

class json_rpc::nodes : public std::enable_shared_from_this<nodes> {
 public:
  nodes(std::shared_ptr<net::http_client> client, std::vector<std::string> urls,
        const json_rpc_options& options)
      : http_(std::move(client)),
        options_(options),
        urls_(std::move(urls)),
        health_(urls_.size(), options.rules),
        asked_who_(urls_.size()),
        told_down_(urls_.size()) {}

  void call(rpc_request request, std::function<void(rpc_result)> done) {
    auto a = std::make_shared<attempt>();
    a->method = request.method;
    a->id = next_id_++;
    a->body = body_of(a->id, request.method, std::move(request.params));
    a->done = std::move(done);
    a->end = clock::now() + options_.timeout;
    {
      const std::lock_guard lock{mutex_};
      if (!request.node) {
        a->order = health_.order(clock::now());
      } else if (*request.node < urls_.size() && health_.may_ask(*request.node, clock::now())) {
        a->order = {*request.node};
      }
      a->last = request.node.value_or(0);
    }
    advance(a);
    compare_heads();
  }

 private:
  /// One call on its way through the nodes. Lives in its own callbacks.
  struct attempt {
    std::vector<std::uint32_t> order;
    std::size_t at = 0;
    std::uint32_t last = 0;
    std::string method;
    std::uint64_t id = 0;
    std::string body;
    std::function<void(rpc_result)> done;
    clock::time_point end;
    bool maybe_sent = false;
    std::optional<rpc_result> doubtful;  // the words of a node that may itself be the problem

    /// What the next node may take of the time that is left.
    [[nodiscard]] milliseconds share() const {
      const auto left = std::chrono::ceil<milliseconds>(end - clock::now());
      const auto nodes_left = static_cast<std::int64_t>(order.size() - at);
      return std::max(left / nodes_left, milliseconds{1});
    }
  };
  using attempt_ptr = std::shared_ptr<attempt>;

  void answer(const attempt_ptr& a, rpc_result result) {
    result.repeated = a->maybe_sent;
    result.node = a->last;
    result.nodes = static_cast<std::uint32_t>(std::max<std::size_t>(urls_.size(), 1));
    a->done(std::move(result));
  }

  void give_up(const attempt_ptr& a) {
    if (a->doubtful) return answer(a, std::move(*a->doubtful));
    rpc_result out;
    out.status = a->maybe_sent ? rpc_status::maybe_sent : rpc_status::unreachable;
    answer(a, std::move(out));
  }

  void advance(const attempt_ptr& a) {
    if (a->at == a->order.size()) return give_up(a);
    const auto node = a->order[a->at];
    if (!unknown(node)) return ask(a, node);
    identify(node, a->share(), [self = shared_from_this(), a, node](identity who) {
      switch (who) {
        case identity::ours: return self->ask(a, node);
        case identity::not_asked: return self->give_up(a);
        case identity::foreign:
        case identity::silent: break;
      }
      ++a->at;
      self->advance(a);
    });
  }

  void ask(const attempt_ptr& a, std::uint32_t node) {
    const auto share = a->share();
    ++a->at;
    post(node, a->body, share, [self = shared_from_this(), a, node](const net::http_result& x) {
      self->heard(a, node, read_rpc_answer(x, a->method, a->id));
    });
  }

  void heard(const attempt_ptr& a, std::uint32_t node, rpc_reading r) {
    using about = rpc_reading::about;
    if (r.what == about::us) {
      a->maybe_sent = a->maybe_sent || r.maybe_sent;
      return give_up(a);
    }
    note(node, r);
    if (r.what == about::question) {
      a->last = node;
      return answer(a, std::move(*r.result));
    }
    a->maybe_sent = a->maybe_sent || r.maybe_sent;
    if (r.what != about::limit && r.result) {
      a->last = node;
      a->doubtful = std::move(r.result);
    }
    advance(a);
  }

  void note(std::uint32_t node, const rpc_reading& r) {
    using about = rpc_reading::about;
    const std::lock_guard lock{mutex_};
    switch (r.what) {
      case about::question: health_.worked(node); break;
      case about::limit: return health_.limited(node, r.wait, clock::now());
      case about::node: health_.failed(node, r.silent, clock::now()); break;
      case about::us:
      case about::method: return;
    }
    tell(node);
  }

  /// Under the lock.
  void tell(std::uint32_t node) {
    const bool down = health_.is_down(node, clock::now());
    if (!options_.on_health || told_down_[node] == down) return;
    told_down_[node] = down;
    options_.on_health(node, down);
  }

  // -- who a node is -----------------------------------------------------------------------------

  enum class identity : std::uint8_t { ours, foreign, silent, not_asked };

  bool unknown(std::uint32_t node) {
    const std::lock_guard lock{mutex_};
    return options_.chain_id != 0 && health_.needs_identity(node, clock::now());
  }

  /// One question at a time and node; all who need it wait for its answer.
  void identify(std::uint32_t node, milliseconds patience, std::function<void(identity)> done) {
    {
      const std::lock_guard lock{mutex_};
      asked_who_[node].push_back(std::move(done));
      if (asked_who_[node].size() > 1) return;
    }
    const auto id = next_id_++;
    const auto body = body_of(id, "eth_chainId", nlohmann::json::array());
    post(node, body, patience, [self = shared_from_this(), node, id](const net::http_result& x) {
      self->identified(node, read_rpc_answer(x, "eth_chainId", id));
    });
  }

  void identified(std::uint32_t node, const rpc_reading& r) {
    auto who = r.what == rpc_reading::about::us ? identity::not_asked : identity::silent;
    const auto found = chain_of(r);
    if (found) who = *found == options_.chain_id ? identity::ours : identity::foreign;
    if (!found) note(node, r);
    std::vector<std::function<void(identity)>> waiting;
    {
      const std::lock_guard lock{mutex_};
      if (who == identity::ours) health_.identified(node, clock::now());
      if (who == identity::foreign) {
        health_.foreign(node, clock::now());
        tell(node);
      }
      waiting.swap(asked_who_[node]);
    }
    if (who == identity::foreign)  // its URL is not shown: it may hold a provider's key
      spdlog::error("rpc.foreign_node expected_chain={} chain={} node={}", options_.chain_id,
                    *found, node);
    for (auto& done : waiting) done(who);
  }

  static std::optional<std::uint64_t> chain_of(const rpc_reading& r) {
    if (r.what != rpc_reading::about::question || r.result->status != rpc_status::ok)
      return std::nullopt;
    return quantity(r.result->value);
  }

  // -- heads -------------------------------------------------------------------------------------

  struct round {
    std::vector<std::optional<node_health::head>> heads;
    std::size_t missing = 0;
  };

  /// Asks all nodes for their newest block at once, now and then, in passing.
  void compare_heads() {
    if (urls_.size() < 2 || options_.compare_heads.count() == 0) return;
    auto all = std::make_shared<round>();
    {
      const std::lock_guard lock{mutex_};
      if (clock::now() < next_round_) return;
      next_round_ = clock::now() + options_.compare_heads;
    }
    all->heads.resize(urls_.size());
    all->missing = urls_.size();
    for (std::uint32_t node = 0; node < urls_.size(); ++node) look_at_head(all, node);
  }

  void look_at_head(const std::shared_ptr<round>& all, std::uint32_t node) {
    const auto ask_it = [self = shared_from_this(), all, node] {
      const auto id = self->next_id_++;
      const auto body =
          body_of(id, "eth_getBlockByNumber", nlohmann::json::array({"latest", false}));
      self->post(node, body, self->options_.timeout,
                 [self, all, node, id](const net::http_result& x) {
                   const auto r = read_rpc_answer(x, "eth_getBlockByNumber", id);
                   if (r.what != rpc_reading::about::question) self->note(node, r);
                   self->saw_head(all, node, r);
                 });
    };
    {
      const std::lock_guard lock{mutex_};
      if (!health_.may_ask(node, clock::now())) {
        if (--all->missing == 0) health_.compare(all->heads);
        return;
      }
    }
    if (!unknown(node)) return ask_it();
    identify(node, options_.timeout, [self = shared_from_this(), all, node, ask_it](identity who) {
      if (who == identity::ours) return ask_it();
      self->saw_head(all, node, {});
    });
  }

  void saw_head(const std::shared_ptr<round>& all, std::uint32_t node, const rpc_reading& r) {
    const std::lock_guard lock{mutex_};
    if (r.what == rpc_reading::about::question && r.result->status == rpc_status::ok) {
      const auto* number = net::member(r.result->value, "number");
      const auto* time = net::member(r.result->value, "timestamp");
      const auto n = number ? quantity(*number) : std::nullopt;
      const auto t = time ? quantity(*time) : std::nullopt;
      if (n && t) all->heads[node] = {*n, *t};
    }
    if (--all->missing > 0) return;
    std::vector<bool> before;
    for (std::uint32_t i = 0; i < urls_.size(); ++i) before.push_back(health_.lags(i));
    health_.compare(all->heads);
    for (std::uint32_t i = 0; i < urls_.size(); ++i)
      if (health_.lags(i) != before[i])
        spdlog::warn("rpc.{} chain={} node={} head={}",
                     before[i] ? "node_caught_up" : "node_lags_behind", options_.chain_id, i,
                     all->heads[i] ? all->heads[i]->number : 0);
  }

  // -- sending -----------------------------------------------------------------------------------

  /// "0x1a"; eth.hpp reads more, and stands above this file.
  static std::optional<std::uint64_t> quantity(const nlohmann::json& value) {
    const auto* text = value.get_ptr<const std::string*>();
    if (!text || !text->starts_with("0x") || text->size() < 3 || text->size() > 18)
      return std::nullopt;
    std::uint64_t out = 0;
    const auto* end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data() + 2, end, out, 16);
    return at == end && error == std::errc{} ? std::optional{out} : std::nullopt;
  }

  void post(std::uint32_t node, const std::string& body, milliseconds patience,
            std::function<void(net::http_result)> done) {
    http_->request({"POST", urls_[node], {{"Content-Type", "application/json"}}, body}, patience,
                   std::move(done));
  }

  const std::shared_ptr<net::http_client> http_;
  const json_rpc_options options_;
  const std::vector<std::string> urls_;
  std::atomic<std::uint64_t> next_id_{1};

  std::mutex mutex_;  // guards what follows
  node_health health_;
  std::vector<std::vector<std::function<void(identity)>>> asked_who_;
  std::vector<bool> told_down_;
  clock::time_point next_round_{};
};

json_rpc::json_rpc(std::shared_ptr<net::http_client> http, std::vector<std::string> urls,
                   json_rpc_options options)
    : nodes_(std::make_shared<nodes>(std::move(http), std::move(urls), options)) {}

void json_rpc::call(rpc_request request, std::function<void(rpc_result)> done) const {
  nodes_->call(std::move(request), std::move(done));
}

}  // namespace headroom::chain
