#pragma once

#include <chrono>
#include <string>

/// A node among others. Defaults are for production and stand here alone; config/ gives them names,
/// units and bounds.
namespace headroom::cluster {

struct cluster_settings {
  bool enabled = false;
  std::string name;                             // lives once at a time
  std::string address;                          // where peers knock; "": where HTTP listens
  std::chrono::milliseconds beat{250};          // between two heartbeats
  std::chrono::milliseconds lease{1'200};       // how long a node believes itself after one
  std::chrono::milliseconds dead_after{1'500};  // without one: peers may declare it dead
  std::chrono::milliseconds knock{300};         // how long a peer may take to open its door
};

}  // namespace headroom::cluster
