#pragma once

#include <string>

#include "config/command_line.hpp"
#include "console/console_settings.hpp"

namespace CLI {
class App;
}

/// What of the command line is asked of a running service (`console/`).
namespace headroom::config {

/// The commands that are this alone, and those that list: `bets`, `conversions` and `withdrawals`
/// have commands of their own beside it, so call it after they were added. `out` outlives the
/// parsing.
void add_console(CLI::App& app, command_line& out);

/// Whether `command` ("bets", "tail", "retry conversion") is one of them.
[[nodiscard]] bool is_for_console(const std::string& command);

/// Where the service is: `--url`, HEADROOM_URL, or where the configuration file has it listen; else
/// the usual door of this machine. The key: the file of `--key-file` or HEADROOM_KEY_FILE, else
/// HEADROOM_KEY. `error` says which of them cannot be used.
[[nodiscard]] console::service_place service_place_of(const command_line& line, std::string& error);

}  // namespace headroom::config
