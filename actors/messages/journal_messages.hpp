#pragma once

#include "actors/inspect.hpp"

/// What the journal is asked to commit.
namespace headroom::actors {

/// Asks the journal to commit one entry.
struct append {
  journal_entry entry;
};
HEADROOM_INSPECT(append, x.entry)

}  // namespace headroom::actors
