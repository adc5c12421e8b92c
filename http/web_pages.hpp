#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/exchange.hpp"

namespace headroom::http {

/// The built pages (http.web_root), whole in memory: nothing of a request reaches a disk. Files
/// whose names end in .br and .gz beside another are that one, compressed by the build.
class web_pages {
 public:
  web_pages() = default;  // none
  /// Throws std::runtime_error, saying which file: one cannot be read, there is no index.html, or
  /// they are too many or too large.
  explicit web_pages(const std::string& root);

  /// A file of that path, or / or /operator.
  [[nodiscard]] bool has(std::string_view path) const { return find(path) != nullptr; }
  /// Answers for one of them.
  void answer(exchange& x) const;
  [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }

 private:
  struct form {
    std::string body;
    std::string etag;
  };
  struct file {
    std::string_view type;
    form plain;
    form br;  // empty: there is none
    form gz;
    bool never_changes = false;  // its name has a hash of it
  };

  [[nodiscard]] const file* find(std::string_view path) const;

  std::map<std::string, file, std::less<>> files_;  // by the paths of their URLs
};

/// Whether `accepted` (Accept-Encoding, RFC 9110 section 12.5.3) names this coding, and not with
/// q=0.
[[nodiscard]] bool accepts_coding(std::string_view accepted, std::string_view coding) noexcept;

}  // namespace headroom::http
