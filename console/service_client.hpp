#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "console/console_settings.hpp"
#include "net/http_client.hpp"

namespace headroom::console {

/// What came of one question.
struct service_answer {
  unsigned status = 0;  // 0: none came
  std::string text;     // the body as it was sent
  nlohmann::json body;  // discarded where it is no JSON
  std::string error;    // why there is no answer, or none that can be read

  [[nodiscard]] bool good() const noexcept { return error.empty() && status / 100 == 2; }
};

/// Why it is not good, for stderr: "refused (409 order_refused): ...". Strangers' words are
/// printable. Empty when it is good.
[[nodiscard]] std::string complaint_of(const service_answer& a);
/// Of main: 0, 1 or 3, see exit_code.
[[nodiscard]] int code_of(const service_answer& a) noexcept;

/// "" or why no request can be made with it.
[[nodiscard]] std::string unusable(const service_place& where);

/// Asks one question at a time, in the caller's thread.
class service_client {
 public:
  explicit service_client(service_place where) : where_(std::move(where)) {}

  /// @param target  path and query
  [[nodiscard]] service_answer get(const std::string& target);
  /// One that is not answered may have been carried out: `error` says so.
  [[nodiscard]] service_answer post(const std::string& target, const nlohmann::json& body) {
    return send("POST", target, body);
  }
  /// Likewise PATCH, and DELETE, which takes no body: null.
  [[nodiscard]] service_answer send(const char* method, const std::string& target,
                                    const nlohmann::json& body);

 private:
  [[nodiscard]] service_answer ask(net::http_request request);

  service_place where_;
  net::http_client http_;
};

/// A path with its parameters: "/bets?status=filled".
[[nodiscard]] std::string target_of(std::string_view path,
                                    const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace headroom::console
