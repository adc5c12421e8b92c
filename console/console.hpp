#pragma once

#include "console/console_settings.hpp"

namespace headroom::console {

/// The process's exit codes, as everywhere in the house (docs/operations.md).
enum exit_code : int {
  went_well = 0,
  was_refused = 1,  // by the service, in its words on stderr; status: not ready, or not solvent
  no_answer = 3,    // not reached, silent, unreadable, or an error of its own
};

/// Asks the service at `where`, prints what it says, and answers with the exit code.
int run(const console_request& asked, const service_place& where);

}  // namespace headroom::console
