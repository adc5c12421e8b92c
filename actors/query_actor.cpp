#include "actors/query_actor.hpp"

#include <algorithm>
#include <chrono>

namespace headroom::actors {
namespace {

/// While the database is slow the mailbox grows, and whoever waits behind so many has given up.
constexpr std::uint64_t most_waiting = 1'000;

bool is_behind(query_self self) {
  const auto& card = self->card();
  return card.received.load(std::memory_order_relaxed) -
             card.processed.load(std::memory_order_relaxed) >
         most_waiting;
}

template <class T>
struct row_of {
  using type = T;
};
template <class T>  // the inner optional is "there is no such row"
struct row_of<std::optional<T>> {
  using type = T;
};

template <class Read>
using row_read_by = typename row_of<typename std::invoke_result_t<Read>::value_type>::type;

/// `read` asks the database: an optional row, empty when there was no answer.
template <class Read>
caf::result<row_read_by<Read>> answer(query_self self, Read read) {
  if (is_behind(self)) return make_error(errc::overloaded);
  ++self->state.reads;
  auto found = read();
  if (!found) {
    ++self->state.failures;
    return make_error(errc::unavailable);
  }
  if constexpr (std::is_same_v<typename decltype(found)::value_type, row_read_by<Read>>) {
    return std::move(*found);
  } else {
    if (!*found) return make_error(errc::not_found);
    return std::move(**found);
  }
}

constexpr std::int64_t rest_after_report = 20;  // times as long as it took
constexpr std::chrono::seconds longest_kept{5};

/// As `answer`, for what reads much: whoever waited while it was made gets the same one.
template <class Report, class Read>
caf::result<Report> answer_report(query_self self, kept_report<Report>& kept, Read read) {
  const auto& clock = self->clock();
  if (self->state.keeps_reports && clock.now() < kept.until) {
    if (!kept.value) return make_error(errc::unavailable);
    return *kept.value;
  }
  if (is_behind(self)) return make_error(errc::overloaded);
  ++self->state.reads;
  const auto began = clock.now();
  kept.value = read();
  const auto now = clock.now();
  kept.until = now + std::min<caf::actor_clock::duration_type>(rest_after_report * (now - began),
                                                               longest_kept);
  if (!kept.value) {
    ++self->state.failures;
    return make_error(errc::unavailable);
  }
  return *kept.value;
}

/// One page, unless the caller's cursor is none of ours.
template <class Page, class Read>
caf::result<Page> answer_page(query_self self, ledger_reader* reader, const std::string& cursor,
                              Read read) {
  if (!reader->is_cursor(cursor))
    return make_error(errc::invalid_field, "must be the next_cursor of an earlier page");
  return answer(self, read);
}

constexpr std::uint32_t work_at_once = 500;

std::optional<conversion_work> conversion_work_of(ledger_reader& reader) {
  auto to_credit = reader.deposits_to_credit(work_at_once);
  auto to_convert = reader.deposits_to_convert(work_at_once);
  auto running = reader.running_conversions();
  auto by_depth = reader.conversions_by_depth();
  if (!to_credit || !to_convert || !running || !by_depth) return std::nullopt;
  return conversion_work{std::move(*to_credit), std::move(*to_convert), std::move(*running),
                         std::move(*by_depth)};
}

std::optional<wallet_backlog> backlog_of(ledger_reader& reader, const wallet_account& who) {
  const auto next = reader.next_nonce(who.chain_id, who.account);
  auto open = reader.open_operations(who.chain_id, who.account);
  if (!next || !open) return std::nullopt;
  return wallet_backlog{*next, std::move(*open)};
}

}  // namespace

query_actor::behavior_type query_behavior(query_self self, ledger_reader* reader) {
  return {
      [=](get_atom, const bet_id& id) {
        return answer(self, [&] { return reader->find_bet(id); });
      },
      [=](promised_atom, const bet_id& id) {
        return answer(self, [&] { return reader->find_promise(id); });
      },
      [=](get_atom, const address& user) {
        return answer(self, [&] { return reader->find_balance(user); });
      },
      [=](const bet_filter& f) {
        return answer_page<bet_page>(self, reader, f.cursor, [&] { return reader->list_bets(f); });
      },
      [=](get_atom, const deposit_id& id) {
        return answer(self, [&] { return reader->find_deposit(id); });
      },
      [=](get_atom, const authorization& payment) {
        return answer(self, [&] { return reader->find_deposit_by_payment(payment); });
      },
      [=](const deposit_filter& f) {
        return answer_page<deposit_page>(self, reader, f.cursor,
                                         [&] { return reader->list_deposits(f); });
      },
      [=](pending_atom, const address& user) {
        return answer(self, [&] { return reader->on_its_way(user); });
      },
      [=](const deposit_keys& x) {
        return answer(self, [&] {
          return reader->find_deposit_by_keys(x.user, x.idempotency_key, x.payment_identifier);
        });
      },
      [=](get_atom, const conversion_id& id) {
        return answer(self, [&] { return reader->find_conversion(id); });
      },
      [=](const list_conversions& x) {
        return answer_page<conversion_page>(
            self, reader, x.cursor, [&] { return reader->list_conversions(x.cursor, x.limit); });
      },
      [=](metrics_atom) {
        return answer_report(self, self->state.conversions,
                             [&] { return reader->metrics_of_conversions(); });
      },
      [=](metrics_atom, std::uint32_t days) {
        return answer(self, [&] { return reader->report_of_pricing(days); });
      },
      [=](solvency_atom) {
        return answer_report(self, self->state.trial, [&] { return reader->trial(); });
      },
      [=](volume_atom) { return answer(self, [&] { return reader->average_daily_volume(); }); },
      [=](flows_atom) { return answer(self, [&] { return reader->flows_of_buffer(); }); },
      [=](work_atom) { return answer(self, [&] { return conversion_work_of(*reader); }); },
      [=](work_atom, std::uint32_t bets, std::uint32_t deposits) {
        return answer(self, [&] { return reader->unfinished(bets, deposits); });
      },
      [=](const wallet_account& who) {
        return answer(self, [&] { return backlog_of(*reader, who); });
      },
      [=](get_atom, const operation_id& id) {
        return answer(self, [&] { return reader->find_operation(id); });
      },
      [=](const wallet_nonces& x) {
        return answer(self, [&] {
          return reader->operations_from(x.who.chain_id, x.who.account, x.from, x.limit);
        });
      },
      [=](get_atom, const std::vector<hash256>& transactions) {
        return answer(self, [&] { return reader->operations_of(transactions); });
      },
      [=](get_atom, const sale_id& id) {
        return answer(self, [&] { return reader->find_sale(id); });
      },
      [=](get_atom, const address& user, const uint256& token) {
        return answer(self, [&] { return reader->find_position(user, token); });
      },
      [=](const position_filter& f) {
        return answer_page<position_page>(self, reader, f.cursor,
                                          [&] { return reader->list_positions(f); });
      },
      [=](get_atom, const delegation_id& id) {
        return answer(self, [&] { return reader->find_delegation(id); });
      },
      [=](const delegations_of& x) {
        return answer(self, [&] { return reader->list_delegations(x.user); });
      },
      [=](const user_holdings_of& x) {
        return answer(self, [&] { return reader->find_holdings(x.user); });
      },
      [=](const history_filter& f) {
        return answer_page<history_page>(self, reader, f.cursor,
                                         [&] { return reader->list_history(f); });
      },
      [=](work_atom, const hash256& after, std::uint32_t limit) {
        return answer(self, [&] { return reader->work_of_settlements(after, limit); });
      },
      [=](get_atom, const hash256& condition) {
        return answer(self, [&] { return reader->find_settlement(condition); });
      },
      [=](const unpaid_positions& x) {
        return answer(self, [&] { return reader->positions_to_pay(x.condition, x.limit); });
      },
      [=](get_atom, const uint256& after, std::uint32_t limit) {
        return answer(self, [&] { return reader->shares_held(after, limit); });
      },
      [=](const find_external& x) {
        return answer(self, [&] { return reader->find_external(x.id); });
      },
      [=](const open_externals& x) {
        return answer(self, [&] { return reader->open_externals(x.service, x.account); });
      },
      [=](get_atom, const withdrawal_id& id) {
        return answer(self, [&] { return reader->find_withdrawal(id); });
      },
      [=](const withdrawal_filter& f) {
        return answer_page<withdrawal_page>(self, reader, f.cursor,
                                            [&] { return reader->list_withdrawals(f); });
      },
      [=](paused_atom) { return answer(self, [&] { return reader->withdrawals_paused(); }); },
      [=](keys_atom) { return answer(self, [&] { return reader->active_keys(); }); },
      [=](sessions_atom, std::int64_t after, std::uint32_t limit) {
        return answer(self, [&] { return reader->changed_sessions(after, limit); });
      },
      [=](events_atom) { return answer(self, [&] { return reader->newest_event(); }); },
      [=](events_atom, std::int64_t after, std::uint32_t limit) {
        return answer(self, [&] { return reader->events_after(after, limit); });
      },
      [=](ping_atom) { return reader->ping(); },
      [=](status_atom) {
        return status_report{query_state::name,
                             {{"reads", std::to_string(self->state.reads)},
                              {"failures", std::to_string(self->state.failures)}}};
      },
  };
}

query_actor::behavior_type reports_behavior(query_self self, ledger_reader* reader) {
  self->state.keeps_reports = true;
  return query_behavior(self, reader);
}

}  // namespace headroom::actors
