#include "bench/web.hpp"

#include <csignal>
#include <stdexcept>

#include "chain/evm/ethereum_port.hpp"
#include "chain/x402/x402_port.hpp"
#include "http/key_ring.hpp"
#include "persistence/keys.hpp"

namespace headroom::bench {
namespace {

sigset_t stop_signals() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGINT);
  sigaddset(&out, SIGTERM);
  return out;
}

}  // namespace

stop_signal::stop_signal() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void stop_signal::wait() const {
  const auto set = stop_signals();
  int sig = 0;
  sigwait(&set, &sig);
}

web::web(house& h, const std::string& database)
    : ethereum_{chain::make_ethereum_port({})},
      x402_{chain::make_x402_port({chain::x402::terms{}})} {
  constexpr auto scopes =
      static_cast<std::uint8_t>(static_cast<int>(scope::read) | static_cast<int>(scope::trade) |
                                static_cast<int>(scope::inspect));
  const auto made = http::make_key("bench", scopes, wall_clock_now());
  if (!persistence::add_key(database, made.record, "cli:bench"))
    throw std::runtime_error("the service key could not be stored");
  key_ = made.text;
  http::server_settings settings;
  settings.port = 0;  // the kernel chooses
  settings.key_rate = settings.signer_rate = {};
  server_ = std::make_unique<http::server>(
      settings, http::http_services{h.system(), h.dir(), *ethereum_, *x402_, wall_clock_now});
  server_->start();
}

}  // namespace headroom::bench
