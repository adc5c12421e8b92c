#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "domain/journal.hpp"

namespace headroom::test {

/// The table external_operations in memory, with its unique index and the rules of
/// persistence/detail/external_entries.cpp.
class memory_externals {
 public:
  using rows = std::vector<external_operation>;

  /// `replayed` is set when it says nothing new.
  errc record(const record_external& x, bool& replayed) {
    const auto& row = x.row;
    const auto i = rows_.find(row.id);
    if (i == rows_.end()) return insert(row);
    auto& stored = i->second;
    switch (news_of(row, stored)) {
      case external_news::nothing: replayed = true; return errc::none;
      case external_news::onward: break;
      case external_news::other_request: return errc::duplicate;
      case external_news::other_end: return errc::invariant_violated;
    }
    stored.status = row.status;
    stored.remote_id = row.remote_id;
    stored.tx_hash = row.tx_hash;
    stored.detail = row.detail;
    stored.updated_at = row.updated_at;
    return errc::none;
  }

  [[nodiscard]] rows find(const operation_id& id) const {
    const auto i = rows_.find(id);
    return i == rows_.end() ? rows{} : rows{i->second};
  }
  [[nodiscard]] rows open(const std::string& service, const address& account) const {
    rows out;
    for (const auto& [id, row] : rows_)
      if (row.service == service && row.account == account && is_open(row.status))
        out.push_back(row);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return std::pair{a.created_at, a.id} < std::pair{b.created_at, b.id};
    });
    return out;
  }
  [[nodiscard]] const std::map<operation_id, external_operation>& all() const noexcept {
    return rows_;
  }

 private:
  errc insert(const external_operation& row) {
    if (row.status != external_status::stored || row.service.empty() || !row.give_up_at.is_set())
      return errc::invariant_violated;
    if (!open(row.service, row.account).empty()) return errc::duplicate;
    rows_.emplace(row.id, row);
    return errc::none;
  }

  std::map<operation_id, external_operation> rows_;
};

}  // namespace headroom::test
