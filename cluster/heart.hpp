#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cluster/pulse.hpp"

namespace headroom::cluster {

/// A node's life in a thread of its own: enters, beats every `beat`, and leaves. The database's
/// session is the store's.
class heart {
 public:
  /// Both in the heart's thread, each at most once; neither may block it.
  struct told {
    std::function<void()> keeps;     // the house is this node's from now on
    std::function<void()> replaced;  // it was declared dead: it must end at once
  };

  /// Enters; throws what membership_store::enter does.
  heart(const cluster_settings& settings, const actors::node_card& card,
        std::shared_ptr<actors::membership_store> store);
  ~heart();  // stops beating, and leaves nothing: others find it late
  heart(const heart&) = delete;
  heart& operator=(const heart&) = delete;

  [[nodiscard]] std::int64_t incarnation() const noexcept { return me_; }

  /// From now on it beats, and the process's lease holds only as long as it is heard.
  void start(told whom);
  /// No more beats; the house is free for another. Once everything that writes has ended.
  void leave();

 private:
  void run();
  void stop();

  const cluster_settings settings_;
  const std::shared_ptr<actors::membership_store> store_;
  const std::int64_t me_;
  told told_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace headroom::cluster
