#include "cluster/heart.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "cluster/knock.hpp"

namespace headroom::cluster {

heart::heart(const cluster_settings& settings, const actors::node_card& card,
             std::shared_ptr<actors::membership_store> store)
    : settings_{settings}, store_{std::move(store)}, me_{store_->enter(card)} {
  spdlog::info("cluster.entered incarnation={} name={} address={}", me_, card.name, card.address);
}

heart::~heart() { stop(); }

void heart::start(told whom) {
  told_ = std::move(whom);
  net::lease::of_process().limit();
  net::lease::of_process().explain("this node has just started");
  thread_ = std::thread{[this] { run(); }};
}

void heart::run() {
  pulse life{settings_,
             me_,
             {*store_, net::lease::of_process(), net::lease::now,
              [this](const std::string& at) { return nobody_listens(at, settings_.knock); }}};
  auto before = pulse::standing::stands_by;
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    const auto next = std::chrono::steady_clock::now() + settings_.beat;
    const auto now = life.beat();
    if (now != std::exchange(before, now)) {
      if (now == pulse::standing::keeps) told_.keeps();
      if (now == pulse::standing::replaced) told_.replaced();
    }
    lock.lock();
    changed_.wait_until(lock, next, [this] { return stopping_; });
  }
}

void heart::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void heart::leave() {
  stop();
  net::lease::of_process().end();
  net::lease::of_process().explain("this node has left");
  try {
    store_->leave(me_);
    spdlog::info("cluster.left incarnation={}", me_);
  } catch (const actors::membership_unavailable& e) {
    spdlog::warn("cluster.left_unheard incarnation={} reason=\"{}\"", me_, e.what());
  }
}

}  // namespace headroom::cluster
