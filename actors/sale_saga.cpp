#include "actors/sale_saga.hpp"

namespace headroom::actors {
namespace {

constexpr std::int64_t venue_step = 10'000;  // of micro-shares: what is less is not offered

}  // namespace

void sale_saga::take(const sell_position& x) {
  st_.fill = x.fill;
  auto& row = st_.row;
  row.id = st_.id;
  row.user = x.user;
  row.token = x.token;
  row.shares = x.shares;
  row.min_price = x.min_price;
  row.deadline = x.deadline;
  row.request_hash = x.request_hash;
  row.placed_by = x.by;
}

/// Whoever has no such shares must not use up the turns at the venue of those who have: a signature
/// costs nothing. The last word is the journal's, so a silent reader stops no sale.
void sale_saga::begin_reserving() {
  const auto books = w_.dir.handles.public_query();
  if (!books) return quote();
  const auto& row = st_.row;
  ask(books, w_.settings.patience.load, get_atom::value, row.user, row.token)
      .then<position>(
          [](sale_saga s, const position& held) {
            const auto lacking = s.st_.row.shares.micro - held.shares.micro;
            if (held.result == settlement_result::none && lacking < venue_step) return s.quote();
            s.refuse(make_error(errc::insufficient_shares));
          },
          [](sale_saga s, const caf::error& e) {
            if (code_of(e) != errc::not_found) return s.quote();
            s.refuse(make_error(errc::insufficient_shares));
          });
}

bool sale_saga::asks_an_owner() const { return is_asked(w_.dir.handles.public_query()); }

/// What the venue takes of the shares is what is offered: the rest never leaves the position.
void sale_saga::quote() {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return refuse(make_error(errc::unavailable));
  const auto& row = st_.row;
  ask(venue, caf::infinite,
      quote_sale{row.token, row.shares, row.min_price, row.placed_by, st_.fill, row.user,
                 row.deadline})
      .then<order_quote>(
          [](sale_saga s, const order_quote& q) {
            s.st_.row.shares = q.shares;
            s.sign(q);
          },
          [](sale_saga s, caf::error& e) { s.refuse(std::move(e)); });
}

void sale_saga::take_numbers(const venue_answer& a) {
  st_.row.sold = a.shares;
  st_.row.proceeds = a.spent;
  st_.row.fee = a.fee;
}

/// The books cannot take more than was offered, nor a fee above the proceeds: then a human looks.
void sale_saga::book_fill() {
  const auto& row = st_.row;
  const bool sound =
      row.sold.micro > 0 && row.sold <= row.shares && row.fee.micro >= 0 && row.fee <= row.proceeds;
  if (!sound) return numbers_make_no_sense();
  finish(sale_status::sold, {});
}

void sale_saga::failed(std::string why) {
  auto& row = st_.row;
  row.sold = {};
  row.proceeds = row.fee = {};
  if (why.empty()) why = "the venue did not fill the order";
  finish(sale_status::failed, std::move(why));
}

void sale_saga::finish(sale_status status, std::string failure) {
  const auto& row = st_.row;
  st_.ending = {st_.id,  row.user,           status,  row.sold, row.proceeds,
                row.fee, std::move(failure), w_.now()};
  end();
}

void sale_saga::note_end() {
  auto& row = st_.row;
  row.status = st_.ending.status;
  row.failure = st_.ending.failure;
  row.updated_at = st_.ending.at;
  spdlog::debug("sale.finished sale={} user={} status={} sold={} proceeds={} fee={}", st_.id.text(),
                row.user.hex(), to_string(row.status), row.sold.micro, to_string(row.proceeds),
                to_string(row.fee));
}

void sale_saga::take_ending() { tell_owner_and_leave({}); }

}  // namespace headroom::actors
