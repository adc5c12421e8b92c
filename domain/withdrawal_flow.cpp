#include "domain/withdrawal_flow.hpp"

namespace headroom {
namespace {

using enum withdrawal_phase;
using enum withdrawal_event;
using enum withdrawal_act;

using withdrawal_table = flow_table<done, contradicted, withdrawal_act>;

constexpr phase_set<withdrawal_phase> all_but(std::initializer_list<withdrawal_phase> phases) {
  return phase_set<withdrawal_phase>::all_but(phases);
}

/// event, in these phases, what is done, and the phase from then on when it is another one.
constexpr withdrawal_table table{
    {asked, {idle}, look, looking},
    {asked, {looking, reserving, storing, reading}, join},
    {asked, {sending, waiting, finishing}, tell},
    {asked, {done}, turn_away},

    {resumed, {idle}, read, reading},
    {resumed, all_but({idle}), nothing},  // it has found that out, or is about to

    {nudged, {waiting}, read, reading},
    {nudged, all_but({waiting}), nothing},

    {woken, {storing}, store},
    {woken, {reading}, read},
    {woken, {waiting}, read, reading},
    {woken, {finishing}, book},
    {woken, {idle, looking, reserving, sending, done}, impossible},  // a question ends the timer

    // Before `storing` it is not this actor's, but it may be one that was handed to it.
    {died, all_but({idle, done}), hand_over},
    {died, {idle, done}, nothing},

    {found_open, {looking, reading}, go_on, sending},
    {found_open, all_but({looking, reading}), impossible},

    {found_ended, {looking, reading}, finish, done},
    {found_ended, all_but({looking, reading}), impossible},

    {not_found, {looking}, reserve, reserving},
    {not_found, {reading}, leave, done},
    {not_found, all_but({looking, reading}), impossible},

    {unread, {looking}, refuse, done},
    {unread, {reading}, retry},
    {unread, all_but({looking, reading}), impossible},

    {reserved, {reserving}, store, storing},
    {reserved, all_but({reserving}), impossible},

    {refused, {reserving, storing}, refuse, done},
    {refused, all_but({reserving, storing}), impossible},

    {stored, {storing}, accept, sending},
    {stored, all_but({storing}), impossible},

    {not_heard, {storing, finishing}, retry},
    {not_heard, all_but({storing, finishing}), impossible},

    {later, {sending}, sleep, waiting},
    {later, all_but({sending}), impossible},

    {decided, {sending}, book, finishing},
    {decided, all_but({sending}), impossible},

    {booked, {finishing}, finish, done},
    {booked, all_but({finishing}), impossible},

    {contradicted, {finishing}, sleep, waiting},  // the next look reads which end they have
    {contradicted, all_but({finishing}), impossible},
};

}  // namespace

withdrawal_move next_move(withdrawal_phase at, withdrawal_event e) noexcept { return table(at, e); }

std::string_view to_string(withdrawal_phase p) noexcept {
  switch (p) {
    case idle: return "idle";
    case looking: return "looking";
    case reserving: return "reserving";
    case storing: return "storing";
    case reading: return "reading";
    case sending: return "sending";
    case waiting: return "waiting";
    case finishing: return "finishing";
    case done: return "done";
  }
  return "unknown";
}

std::string_view to_string(withdrawal_event e) noexcept {
  switch (e) {
    case asked: return "asked";
    case resumed: return "resumed";
    case nudged: return "nudged";
    case woken: return "woken";
    case died: return "died";
    case found_open: return "found_open";
    case found_ended: return "found_ended";
    case not_found: return "not_found";
    case unread: return "unread";
    case reserved: return "reserved";
    case refused: return "refused";
    case stored: return "stored";
    case not_heard: return "not_heard";
    case later: return "later";
    case decided: return "decided";
    case booked: return "booked";
    case contradicted: return "contradicted";
  }
  return "unknown";
}

}  // namespace headroom
