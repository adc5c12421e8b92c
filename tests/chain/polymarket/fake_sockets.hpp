#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "net/ws_client.hpp"

namespace headroom::test {

/// Sockets in memory: a test says what the other side does, and sees what was said to it.
class fake_sockets {
 public:
  struct one {
    std::string url;
    net::ws_events events;
    std::vector<std::string> sent;
    int took = 0;
    bool full = false;     // takes nothing more
    bool dropped = false;  // by its owner

    [[nodiscard]] std::size_t pings() const {
      return static_cast<std::size_t>(std::count(sent.begin(), sent.end(), "PING"));
    }
  };

  std::vector<std::shared_ptr<one>> all;  // in the order of their opening
  bool refuse = false;                    // none is to be had

  net::ws_opener opener() {
    return
        [this](const std::string& url, net::ws_events events) -> std::unique_ptr<net::ws_socket> {
          ++asked;
          if (refuse) return nullptr;
          all.push_back(std::make_shared<one>(one{url, std::move(events), {}}));
          return std::make_unique<end>(all.back());
        };
  }
  int asked = 0;

 private:
  class end : public net::ws_socket {
   public:
    explicit end(std::shared_ptr<one> of) : of_{std::move(of)} {}
    ~end() override { of_->dropped = true; }
    bool send(std::string text) override {
      if (of_->full) return false;
      of_->sent.push_back(std::move(text));
      return true;
    }
    void took() override { ++of_->took; }

   private:
    std::shared_ptr<one> of_;
  };
};

}  // namespace headroom::test
