#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A plain blocking HTTP client over a real socket: it can send anything, also what is wrong.
namespace headroom::http::test {

struct reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& lower_name) const;
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

using header_list = std::vector<std::pair<std::string, std::string>>;

class client {
 public:
  explicit client(std::uint16_t port);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(std::string_view bytes);
  /// The next answer; nothing when the server closed or 5 seconds passed. `head`: it has no body.
  [[nodiscard]] std::optional<reply> receive(bool head = false);
  /// True when the server closes within 5 seconds without another byte.
  [[nodiscard]] bool closed_by_server();

 private:
  [[nodiscard]] bool more();

  int socket_ = -1;
  std::string in_;
};

/// The bytes of a request; adds Host and Content-Length.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target,
                                       const header_list& headers = {}, std::string_view body = {});

}  // namespace headroom::http::test
