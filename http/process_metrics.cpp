#include "http/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace headroom::http {
namespace {

namespace fs = std::filesystem;

/// What /proc/self/stat says, in the kernel's units (proc(5)).
struct kernel_view {
  double cpu_ticks = 0;
  double threads = 0;
  double start_ticks = 0;  // since the machine was started
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<kernel_view> look() {
  std::ifstream in{"/proc/self/stat"};
  std::string text;
  if (!std::getline(in, text)) return std::nullopt;
  const auto name_end = text.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields{text.substr(name_end + 1)};
  std::string skipped;
  const auto skip = [&](int n) {
    while (n-- > 0) fields >> skipped;
  };
  kernel_view out;
  double user = 0;
  double system = 0;
  skip(11);  // state (field 3) to cmajflt (13)
  fields >> user >> system;
  skip(4);  // cutime to nice
  fields >> out.threads;
  skip(1);  // itrealvalue
  fields >> out.start_ticks >> out.virtual_bytes >> out.resident_pages;
  if (!fields) return std::nullopt;
  out.cpu_ticks = user + system;
  return out;
}

/// When the machine was started, Unix seconds.
std::optional<double> boot_time() {
  std::ifstream in{"/proc/stat"};
  for (std::string word; in >> word;)
    if (word == "btime") {
      double out = 0;
      if (in >> out) return out;
    }
  return std::nullopt;
}

void add(metric_families& to, prometheus::MetricFamily family, double value) {
  add_sample(family, value);
  to.push_back(std::move(family));
}

void add_kernel_view(metric_families& out, const kernel_view& k) {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  add(out, counter("process_cpu_seconds_total", "User and system time of the process."),
      k.cpu_ticks / ticks);
  add(out, gauge("process_threads", "Threads of the process."), k.threads);
  add(out, gauge("process_virtual_memory_bytes", "Virtual memory."), k.virtual_bytes);
  add(out, gauge("process_resident_memory_bytes", "Resident memory."),
      k.resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  if (const auto boot = boot_time())
    add(out, gauge("process_start_time_seconds", "Start of the process, Unix time."),
        *boot + k.start_ticks / ticks);
}

void add_descriptors(metric_families& out) {
  std::error_code failed;
  double open = 0;
  for (fs::directory_iterator i{"/proc/self/fd", failed}, end; !failed && i != end;
       i.increment(failed))
    ++open;
  if (!failed)  // the directory's own is one of them
    add(out, gauge("process_open_fds", "Open file descriptors."), open - 1);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    add(out, gauge("process_max_fds", "File descriptors it may open."),
        static_cast<double>(limit.rlim_cur));
}

}  // namespace

metric_families process_metrics::Collect() const {
  metric_families out;
  auto build = gauge("headroom_build_info", "1; the labels say which build this is.");
  add_sample(build, 1, {{"version", HEADROOM_VERSION}, {"compiler", __VERSION__}});
  out.push_back(std::move(build));
  if (const auto k = look()) add_kernel_view(out, *k);
  add_descriptors(out);
  return out;
}

}  // namespace headroom::http
