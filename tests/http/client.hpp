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
  std::map<std::string, std::string> headers;  // names in lower case; repeated ones by lines
  std::string body;

  [[nodiscard]] std::string header(const std::string& lower_name) const;
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

using header_list = std::vector<std::pair<std::string, std::string>>;

class client {
 public:
  /// `receive_buffer`: how many bytes the kernel takes in before anybody reads; 0: its choice.
  explicit client(std::uint16_t port, int receive_buffer = 0);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(std::string_view bytes);
  /// The next answer; nothing when the server closed or 5 seconds passed. `head`: it has no body.
  [[nodiscard]] std::optional<reply> receive(bool head = false);
  /// All bytes up to and with `mark`; nothing when the server closed or 5 seconds passed before it.
  [[nodiscard]] std::optional<std::string> read_until(std::string_view mark);
  /// The next `size` bytes, likewise.
  [[nodiscard]] std::optional<std::string> read(std::size_t size);
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
