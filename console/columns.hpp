#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Tables for a terminal.
namespace headroom::console {

/// Text of strangers as one line that does nothing to a terminal: control characters, what is not
/// UTF-8 and what turns the direction of writing become '?'.
[[nodiscard]] std::string printable(std::string_view text);

class columns {
 public:
  enum class side : unsigned char { left, right };
  struct column {
    std::string title;
    side at = side::left;
  };
  explicit columns(std::vector<column> heads) : heads_(std::move(heads)) {}

  /// As many cells as there are columns; they are printable.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Title and rows, a line each, without blanks at their ends.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<column> heads_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace headroom::console
