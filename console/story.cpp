#include "console/story.hpp"

#include <algorithm>
#include <vector>

#include "console/cells.hpp"
#include "net/json.hpp"

namespace headroom::console {
namespace {

using nlohmann::json;

constexpr auto right = columns::side::right;
constexpr field event_fields[] = {{"AT", "at"},
                                  {"LANE", "lane"},
                                  {"WHAT", "what"},
                                  {"BY", "actor"},
                                  {"TOOK US", "took_us", right},
                                  {"AMOUNT", "amount", right},
                                  {"DETAIL", "detail"}};
constexpr field posting_fields[] = {{"POSTED AT", "at"},
                                    {"KIND", "kind"},
                                    {"DEBIT", "debit"},
                                    {"CREDIT", "credit"},
                                    {"AMOUNT", "amount", right}};
constexpr field sum_fields[] = {{"ACCOUNT", "account"}, {"CHANGE", "change", right}};
constexpr field operation_fields[] = {{"OPERATION", "operation_id"}, {"ATTEMPT", "attempt", right},
                                      {"CHAIN", "chain_id"},         {"SERVICE", "service"},
                                      {"NONCE", "nonce", right},     {"PURPOSE", "purpose"},
                                      {"STATUS", "status"},          {"BLOCK", "block_number"},
                                      {"FEE WEI", "fee_wei", right}, {"TRANSACTION", "tx_hash"}};

constexpr const char* lists[] = {"events", "gaps", "postings", "operations"};

bool is_story(const json& x) {
  return net::object_member(x, "subject") != nullptr &&
         std::all_of(std::begin(lists), std::end(lists),
                     [&](const char* list) { return net::array_member(x, list) != nullptr; });
}

/// Gaps in the order of the events: the one that ends with an event stands before it.
class gaps_between {
 public:
  explicit gaps_between(const json& story) : gaps_(*net::array_member(story, "gaps")) {}

  /// "" when there is none between the two.
  [[nodiscard]] std::string next(const json& from, const json& to) {
    for (auto i = at_; i < gaps_.size(); ++i) {
      const auto& gap = gaps_[i];
      if (cell_of(gap, "from") != cell_of(from, "at") || cell_of(gap, "to") != cell_of(to, "at"))
        continue;
      at_ = i + 1;
      return cell_of(gap, "named");
    }
    return "";
  }

 private:
  const json& gaps_;
  std::size_t at_ = 0;
};

std::string subject_text(const json& s) {
  auto out = cell_of(s, "kind") + " " + cell_of(s, "id") + "  " + cell_of(s, "status") + "  " +
             cell_of(s, "amount") + " USDC";
  if (const auto user = cell_of(s, "user_address"); user != "-") out += " of " + user;
  out += "\n";
  if (const auto question = cell_of(s, "question"); question != "-")
    out += "market: " + question + " / " + cell_of(s, "outcome") + "\n";
  return out;
}

/// The table of events, with a line for each gap.
std::string events_text(const json& story) {
  const auto& events = *net::array_member(story, "events");
  const auto table = table_of(event_fields, events);
  gaps_between gaps{story};
  std::string out;
  std::size_t begin = 0;
  for (std::size_t line = 0; begin < table.size(); ++line) {
    const auto end = table.find('\n', begin) + 1;
    if (line >= 2)
      if (const auto named = gaps.next(events[line - 2], events[line - 1]); !named.empty())
        out += "    ... " + named + "\n";
    out += table.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

std::string part(const json& story, const char* list, std::span<const field> fields) {
  const auto* rows = net::array_member(story, list);
  return rows == nullptr || rows->empty() ? "" : "\n" + table_of(fields, *rows);
}

/// What may stand in a diagram's line: it has signs of its own for the rest.
std::string diagram_words(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 120)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == ',' || c == '_' || c == '-' || c == '\'' || c == ' ';
    out += plain ? c : ' ';
  }
  return out;
}

std::string lane_of(const json& event) {
  auto out = diagram_words(cell_of(event, "lane"));
  std::erase_if(out, [](char c) { return (c < 'a' || c > 'z') && c != '_'; });
  return out.empty() || out == "end" ? "other" : out;  // `end` is a word of the diagram
}

std::string message_of(const json& event) {
  auto out = diagram_words(cell_of(event, "what"));
  if (const auto amount = cell_of(event, "amount"); amount != "-")
    out += " " + diagram_words(amount);
  return out;
}

}  // namespace

bool add_page(json& story, const json& page) {
  if (!is_story(story) || !is_story(page)) return false;
  for (const char* list : lists) {
    auto& to = story[list];
    for (const auto& row : *net::array_member(page, list))
      // An operation whose two events stand on two pages is on both.
      if (std::string_view{list} != "operations" ||
          std::find(to.begin(), to.end(), row) == to.end())
        to.push_back(row);
  }
  for (const char* last : {"subject", "sums", "complete", "next_cursor"})
    if (const auto* value = net::member(page, last)) story[last] = *value;
  return true;
}

std::optional<std::string> story_text(const json& story) {
  if (!is_story(story)) return std::nullopt;
  auto out = subject_text(*net::object_member(story, "subject")) + "\n" + events_text(story) +
             part(story, "postings", posting_fields) + part(story, "sums", sum_fields) +
             part(story, "operations", operation_fields);
  const bool complete = net::flag_member(story, "complete").value_or(false);
  out += complete ? "\ncomplete: it has ended, and its postings are those of its end\n"
                  : "\nNOT complete: it goes on, or its postings do not sum up\n";
  return out;
}

std::optional<std::string> sequence_text(const json& story) {
  if (!is_story(story)) return std::nullopt;
  const auto& events = *net::array_member(story, "events");
  std::vector<std::string> lanes;
  for (const auto& e : events)
    if (const auto lane = lane_of(e); std::find(lanes.begin(), lanes.end(), lane) == lanes.end())
      lanes.push_back(lane);
  std::string out = "sequenceDiagram\n";
  for (const auto& lane : lanes) out += "  participant " + lane + "\n";
  gaps_between gaps{story};
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto lane = lane_of(events[i]);
    if (i == 0) {
      out += "  Note over " + lane + ": " + message_of(events[i]) + "\n";
      continue;
    }
    const auto from = lane_of(events[i - 1]);
    if (const auto named = gaps.next(events[i - 1], events[i]); !named.empty())
      out += "  Note over " + lane + ": " + diagram_words(named) + "\n";
    out += "  " + from + "->>" + lane + ": " + message_of(events[i]) + "\n";
  }
  return out;
}

}  // namespace headroom::console
