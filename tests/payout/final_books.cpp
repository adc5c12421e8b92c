#include "tests/payout/final_books.hpp"

#include <stdexcept>

#include "persistence/pg_reader.hpp"
#include "persistence/pg_store.hpp"
#include "persistence/verify.hpp"

namespace headroom::test {
namespace {

constexpr std::uint32_t page_size = 200;

template <class T>
T read(std::optional<T> answer) {
  if (!answer) throw std::runtime_error("the books cannot be read");
  return std::move(*answer);
}

std::vector<bet> all_bets(persistence::pg_reader& reader) {
  std::vector<bet> all;
  bet_filter f;
  f.limit = page_size;
  do {
    auto page = read(reader.list_bets(f));
    all.insert(all.end(), page.bets.begin(), page.bets.end());
    f.cursor = page.next_cursor;
  } while (!f.cursor.empty());
  return all;
}

void add_positions(persistence::pg_reader& reader, const address& user,
                   std::vector<position>& all) {
  position_filter f;
  f.user = user;
  f.limit = page_size;
  do {
    auto page = read(reader.list_positions(f));
    all.insert(all.end(), page.positions.begin(), page.positions.end());
    f.cursor = page.next_cursor;
  } while (!f.cursor.empty());
}

}  // namespace

final_books read_final_books(const fresh_database& db, const story_world& out,
                             const story_people& people) {
  persistence::pg_reader reader{{db.conninfo()}};
  persistence::pg_store store{{db.conninfo()}};
  final_books books;
  books.bets = all_bets(reader);
  books.sale_rows = db.number("SELECT count(*) FROM sales");
  for (const auto& x : people.sales.all)
    if (auto row = read(reader.find_sale(x.request.id))) books.sales.push_back(std::move(*row));
  for (const auto& [user, amount] : people.deposited) {
    books.balances[user] = read(reader.find_balance(user)).balance.micro;
    add_positions(reader, user, books.positions);
  }
  for (const auto& m : out.markets)
    if (auto view = read(reader.find_settlement(m.row.condition));
        view && !view->row.payouts.numerators.empty())
      books.settlements.push_back(std::move(view->row));
  if (store.load_buffer(books.buffer) != actors::store_status::ok)
    throw std::runtime_error("the buffer cannot be read");
  books.totals = read(reader.trial());
  books.differences = persistence::verify(db.conninfo());
  return books;
}

}  // namespace headroom::test
