#include "chain/json_rpc.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "chain/json.hpp"

namespace headroom::chain {
namespace {

using clock = std::chrono::steady_clock;

constexpr int max_response_depth = 32;

constexpr std::int64_t method_not_found = -32601;
constexpr std::int64_t internal_error = -32603;

/// Codes by which public nodes say "too many requests": nothing was done.
bool is_limit(std::int64_t code) { return code == -32005 || code == 429 || code == -32097; }

/// It refuses our key, does not serve the method, or something behind it is broken: another node
/// may know better. Where none does, this was the answer.
bool is_node_at_fault(unsigned http_status, const rpc_result& r) {
  if (r.status != rpc_status::error) return false;
  return http_status == 401 || http_status == 403 || http_status >= 500 ||
         r.error.code == method_not_found || r.error.code == internal_error;
}

rpc_error read_error(const nlohmann::json& e) {
  rpc_error out;
  if (const auto* code = member(e, "code"); code && code->is_number_integer())
    out.code = code->get<std::int64_t>();
  if (const auto* message = text_member(e, "message")) out.message = *message;
  const auto* data = member(e, "data");
  if (data && data->is_object()) data = member(*data, "data");  // some nodes wrap it
  if (data && data->is_string())
    if (auto bytes = from_hex(data->get_ref<const std::string&>())) out.data = std::move(*bytes);
  return out;
}

/// The answer in `body`, or nothing when it is not one to request `id`.
std::optional<rpc_result> read_answer(std::string_view body, std::uint64_t id) {
  auto document = read_json(body, max_response_depth);
  if (!document || count_member(*document, "id") != id) return std::nullopt;
  rpc_result out;
  if (const auto* e = object_member(*document, "error")) {
    out.status = rpc_status::error;
    out.error = read_error(*e);
    return out;
  }
  const auto at = document->find("result");
  if (at == document->end()) return std::nullopt;
  out.status = rpc_status::ok;
  out.value = std::move(*at);
  return out;
}

}  // namespace

class json_rpc::nodes {
 public:
  nodes(std::shared_ptr<http_client> client, std::vector<std::string> urls,
        json_rpc_options options)
      : http(std::move(client)), settings(options) {
    for (auto& u : urls) list_.push_back({std::move(u), {}});
  }

  /// The order to try: the listed one, with those that failed lately at the end.
  [[nodiscard]] std::vector<std::size_t> order() const {
    const std::lock_guard lock{mutex_};
    const auto now = clock::now();
    std::vector<std::size_t> good;
    std::vector<std::size_t> skipped;
    for (std::size_t i = 0; i < list_.size(); ++i)
      (list_[i].skip_until > now ? skipped : good).push_back(i);
    if (good.empty()) return skipped;
    good.insert(good.end(), skipped.begin(), skipped.end());
    return good;
  }
  [[nodiscard]] const std::string& url(std::size_t i) const { return list_[i].url; }
  void failed(std::size_t i, bool silent) {
    const std::lock_guard lock{mutex_};
    list_[i].skip_until =
        clock::now() + (silent ? settings.skip_after_silence : settings.skip_after_failure);
  }
  void worked(std::size_t i) {
    const std::lock_guard lock{mutex_};
    list_[i].skip_until = {};
  }

  const std::shared_ptr<http_client> http;
  const json_rpc_options settings;
  std::atomic<std::uint64_t> next_id{1};

 private:
  struct node {
    std::string url;
    clock::time_point skip_until;
  };
  std::vector<node> list_;
  mutable std::mutex mutex_;
};

namespace {

/// One call on its way through the nodes. Holds what it needs; lives in its own callback.
template <class Nodes>
struct attempt {
  std::shared_ptr<Nodes> nodes;
  std::vector<std::size_t> order;
  std::size_t at = 0;
  std::uint64_t id = 0;
  std::string body;
  std::function<void(rpc_result)> done;
  clock::time_point end;
  bool maybe_sent = false;
  std::optional<rpc_result> doubtful;  // the words of a node that may itself be the problem

  /// What the next node may take of the time that is left.
  [[nodiscard]] std::chrono::milliseconds share() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    const auto nodes_left = static_cast<std::int64_t>(order.size() - at);
    return std::max(left / nodes_left, std::chrono::milliseconds{1});
  }
  void give_up() {
    rpc_result out;
    out.status = maybe_sent ? rpc_status::maybe_sent : rpc_status::unreachable;
    if (doubtful) out = std::move(*doubtful);
    out.repeated = maybe_sent;
    done(std::move(out));
  }
};

template <class Nodes>
void advance(const std::shared_ptr<attempt<Nodes>>& a) {
  if (a->at == a->order.size()) return a->give_up();
  const auto share = a->share();
  const auto node = a->order[a->at++];
  http_request request{
      "POST", a->nodes->url(node), {{"Content-Type", "application/json"}}, a->body};
  a->nodes->http->request(std::move(request), share, [a, node](http_result answer) {
    if (answer.outcome == http_outcome::maybe_sent) a->maybe_sent = true;
    if (answer.failure == http_failure::ours) return a->give_up();
    if (answer.outcome == http_outcome::answered) {
      auto result = read_answer(answer.body, a->id);
      const bool limited = answer.status == 429 || (result && result->status == rpc_status::error &&
                                                    is_limit(result->error.code));
      const bool doubted = result && !limited && is_node_at_fault(answer.status, *result);
      if (result && !limited && !doubted) {
        a->nodes->worked(node);
        result->repeated = a->maybe_sent;
        return a->done(std::move(*result));
      }
      // A proxy's page, or something broke: who knows what stands behind it.
      if (!limited && (!doubted || answer.status >= 500)) a->maybe_sent = true;
      if (doubted) a->doubtful = std::move(result);
    }
    a->nodes->failed(node, answer.failure == http_failure::silence);
    advance(a);
  });
}

}  // namespace

json_rpc::json_rpc(std::shared_ptr<http_client> http, std::vector<std::string> urls,
                   json_rpc_options options)
    : nodes_(std::make_shared<nodes>(std::move(http), std::move(urls), options)) {}

void json_rpc::call(rpc_request request, std::function<void(rpc_result)> done) const {
  const auto id = nodes_->next_id++;
  const nlohmann::json body{{"jsonrpc", "2.0"},
                            {"id", id},
                            {"method", std::move(request.method)},
                            {"params", std::move(request.params)}};
  auto a = std::make_shared<attempt<nodes>>();
  *a = {nodes_,
        nodes_->order(),
        0,
        id,
        to_text(body),
        std::move(done),
        clock::now() + nodes_->settings.timeout,
        false,
        std::nullopt};
  advance(a);
}

}  // namespace headroom::chain
