#include "persistence/detail/operator_log.hpp"

#include <nlohmann/json.hpp>

#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

void note_action(pqxx::transaction_base& tx, const operator_action& x) {
  auto detail = nlohmann::json::object();
  for (const auto& [name, text] : x.detail) detail[name] = clean_text(text);
  tx.exec_params0(
      "INSERT INTO operator_actions (done_by, action, target, detail, created_at)"
      " VALUES ($1, $2, $3, $4::jsonb, time_of($5))",
      clean_text(x.by), x.action, clean_text(x.target), detail.dump(), x.at.us);
}

}  // namespace headroom::persistence
