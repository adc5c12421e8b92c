#pragma once

#include "actors/incidents.hpp"
#include "actors/inspector_actor.hpp"
#include "actors/supervision.hpp"
#include "http/json_values.hpp"
#include "http/refusal_log.hpp"

/// The public JSON of the inspector. Amounts, ids and names are shown; contents of messages,
/// signatures, keys, headers and addresses of networks never get here.
namespace headroom::http {

[[nodiscard]] json kind_document(const actors::kind_info& k);
/// `now_ns`: steady clock; `wall`: the same moment.
[[nodiscard]] json page_document(const actors::actor_page& page, actors::actor_sort sort,
                                 timestamp wall);
[[nodiscard]] json sight_document(const actors::actor_sight& x);
[[nodiscard]] json lint_document(const actors::lint& x);
[[nodiscard]] json graph_document(const actors::wait_graph& x);
[[nodiscard]] json flight_document(const actors::flight_event& x);
[[nodiscard]] json letters_document(const actors::incidents& from);
[[nodiscard]] json refusals_document(const refusal_log& from);
[[nodiscard]] json tree_document(const std::vector<actors::supervision::child>& children,
                                 const std::vector<actors::actor_end>& ends);

/// A page's end, as a cursor says it; it is good for the order it came with only.
[[nodiscard]] std::string cursor_text(actors::actor_sort sort, const actors::actor_place& at);
[[nodiscard]] std::optional<actors::actor_place> read_actor_cursor(actors::actor_sort sort,
                                                                   std::string_view text);
/// The names of actors::actor_sort, in its order.
inline constexpr std::array<std::string_view, 5> actor_sorts{"mailbox", "wait", "busy", "rate",
                                                             "age"};

}  // namespace headroom::http
