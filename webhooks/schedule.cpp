#include "webhooks/schedule.hpp"

#include <algorithm>

namespace headroom::webhooks {

std::optional<std::chrono::milliseconds> wait_after(std::uint32_t tries, double pace,
                                                    std::uint64_t noise,
                                                    std::optional<std::chrono::seconds> asked) {
  if (tries >= most_tries) return std::nullopt;
  const std::chrono::milliseconds usual{waits[tries]};
  const auto spread = static_cast<std::int64_t>(noise % 1'000) * (usual.count() / 10) / 1'000;
  const std::chrono::milliseconds paced{
      static_cast<std::int64_t>(static_cast<double>(usual.count() + spread) * pace)};
  if (!asked) return paced;
  return std::max<std::chrono::milliseconds>(paced, std::min(*asked, longest_asked));
}

}  // namespace headroom::webhooks
