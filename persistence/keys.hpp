#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/records.hpp"

/// Service keys for `headroom keys`. The secret never comes here, only its hash. These throw
/// std::runtime_error with a sentence for the operator when the database cannot be reached.
namespace headroom::persistence {

/// 1 to 64 printable ASCII characters without blanks around them: callers are known by it, for
/// ever.
[[nodiscard]] bool is_key_name(std::string_view name);

/// Takes id, name, secret_hash, scopes and created_at. False: there is a key with this id, or a
/// field is not storable (no id, no such name, no scope, a scope that does not exist). `by` is
/// noted as who did it.
[[nodiscard]] bool add_key(const std::string& conninfo, const service_key& key,
                           const std::string& by);

/// All keys, the revoked ones too, oldest first.
[[nodiscard]] std::vector<service_key> list_keys(const std::string& conninfo);

/// False: no such key. Revoking twice keeps the first time, and who did it then.
[[nodiscard]] bool revoke_key(const std::string& conninfo, const std::string& id, timestamp at,
                              const std::string& by);

}  // namespace headroom::persistence
