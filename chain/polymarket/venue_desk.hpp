#pragma once

#include "chain/polymarket/venue_actor.hpp"

/// The venue's work, for its own files: venue_session (may we bet), venue_keys (who we are),
/// venue_quotes (markets, prices, signing), venue_turns (whose order is next), venue_orders
/// (submit, cancel), venue_lookups (what became of an order), venue_trades (the shared stream of an
/// account's trades), venue_channel (the web socket that hurries it).
namespace headroom::chain::polymarket {

using actors::venue_answer;

inline constexpr std::string_view not_ours = "no account of ours signed the order";

/// The order behind stored bytes; nothing when they are not what the hash says.
[[nodiscard]] std::optional<signed_order> read_stored(const actors::signed_order& stored);

/// The turns of one account's new orders: a margin below each limit of the venue.
[[nodiscard]] order_turns turns_by(const venue_settings& s);

class venue_desk {
 public:
  using answer_promise = caf::typed_response_promise<venue_answer>;
  using http_done = std::function<void(const net::http_result&)>;
  using body_maker = std::function<std::string(const api_credentials&)>;

  enum class door : std::uint8_t { orders, reads };  // see venue_doors

  using login = venue_state::login;

  /// One request with an account's L2 headers.
  struct authorized {
    login* as = nullptr;
    std::string method;
    std::string path;
    std::string query;
    body_maker body;  // empty: none
    std::chrono::milliseconds timeout{};
    timestamp deadline{};  // when set: from then on it does not leave
    door through = door::reads;
  };

  explicit venue_desk(venue_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // session
  void check_version();
  void wake();
  [[nodiscard]] std::optional<caf::error> closed() const;
  [[nodiscard]] std::string why_closed() const;  // "" when it is not

  // channels
  void open_channels();
  void hinted(const actors::order_hints& x);

  /// Keeps a block of the exchange's chain at hand that is older than the next order.
  void note_block();

  // quotes
  [[nodiscard]] caf::result<actors::order_quote> quote(const actors::quote_order& x);
  [[nodiscard]] caf::result<actors::order_quote> quote(const actors::quote_sale& x);
  [[nodiscard]] caf::result<actors::signed_order> sign(const actors::order_quote& q);

  // orders
  [[nodiscard]] caf::result<venue_answer> submit(actors::submit_order& x);
  [[nodiscard]] caf::result<venue_answer> look_up(const actors::look_up_order& x);
  [[nodiscard]] caf::result<bool> cancel(const actors::cancel_order& x);

 private:
  using look_ptr = venue_state::look_ptr;

  // session
  void fetch(door through, net::http_request what, std::chrono::milliseconds timeout,
             http_done done);
  void after(std::chrono::milliseconds wait, std::function<void()> what);
  [[nodiscard]] actors::venue_gauge::view closing() const;
  void show();
  void stop(actors::venue_stop why, std::chrono::milliseconds how_long);
  void end_stop(actors::venue_stop why);
  void look_at_stop(actors::venue_stop why);
  void stop_market(const uint256& token, std::string_view reason, errc why);
  void pause_orders(std::chrono::milliseconds wait);

  // keys
  void fetch_as_us(authorized x, http_done done, bool again = true);
  void fetch_after_renewal(authorized x, http_done done, std::uint64_t refused);
  void with_credentials(login& as, std::function<void(bool)> use);
  void renew(login& as);
  void create_key(login& as);
  void derive_key(login& as);
  void renewed(login& as, std::optional<api_credentials> found);
  void ask_for_key_later(login& as);
  void not_authorized(login& as);
  [[nodiscard]] headers proof_of(const login& as) const;
  [[nodiscard]] std::int64_t venue_time() const;

  // quotes
  void with_market(const uint256& token, venue_state::market_answer use, bool anew = false);
  void load_market(const uint256& token);
  [[nodiscard]] std::optional<caf::error> not_this_market(const uint256& token) const;
  [[nodiscard]] std::optional<caf::error> over_budget(const std::string& by);
  using quote_promise = caf::typed_response_promise<actors::order_quote>;
  template <class Question>
  [[nodiscard]] caf::result<actors::order_quote> quoted(const Question& x);
  template <class Question>
  void price(Question x, quote_promise promise, bool anew);
  void load_details(const uint256& token, const std::string& condition);
  void loaded(const uint256& token, std::optional<market> found, errc why);
  void not_loaded(const uint256& token, const net::http_result& r);

  // turns
  struct applicant {
    const std::string& by;
    const address& user;
    timestamp deadline;
  };
  void wait_for_turn(const applicant& who, const actors::order_quote& q, quote_promise promise);
  void refuse_turn(const order_turns::refusal& why, quote_promise promise);
  void serve_turns(login& as);
  void hold_turns(login& as, caf::actor_clock::time_point until);

  // orders
  void send_queued();
  void send(actors::submit_order x, answer_promise promise);
  void heard(const signed_order& order, login& as, const net::http_result& r,
             answer_promise promise);
  void draw_conclusions(const signed_order& order, login& as, const post_answer& a);
  void count_refused_funds(const post_answer& a);
  void end_submit(answer_promise promise, venue_answer a);
  /// Whose order it is; null: of no account of ours.
  [[nodiscard]] login* login_of(const signed_order& order);

  // look-ups
  void read_object(look_ptr l);
  void read_own_trades(look_ptr l);
  void read_trade_by_id(look_ptr l, std::size_t next);
  void read_window(look_ptr l, std::string cursor, std::uint32_t pages);
  void leave_stream(const look_ptr& l);
  void trades_seen(const look_ptr& l);
  void consider(const look_ptr& l, std::vector<look_ptr>& asking);
  void ask_exchange(std::vector<look_ptr> looks);
  void ask_events(std::vector<look_ptr> looks, const chain_head& head);
  void ask_events_of(std::vector<look_ptr> group, const chain_head& head);
  void ask_old_events(look_ptr l, const chain_head& head);
  void events_read(const look_ptr& l, const std::vector<log_entry>* logs, const chain_head& head);
  void ask_status(look_ptr l, const chain_head& head);
  void status_read(const look_ptr& l, const std::vector<rpc_result>& then,
                   const std::vector<rpc_result>& now, const rpc_result& block);
  void conclude(const look_ptr& l);

  // channels
  void tell_channel(login& as);
  [[nodiscard]] std::chrono::milliseconds longest_pass_pause(const login& as) const;

  // an account's trades
  void start_pass(login& as);
  void read_page(login& as, std::string cursor, std::uint32_t pages);
  void page_read(login& as, const trades_page& page, std::uint32_t pages);
  void end_pass(login& as, bool readable);
  void budgeted(std::function<void()> read);
  void show_reads();
  void read_data(login& as, std::string path, std::string query, http_done done);
  /// Until when the answer asks us to leave its route alone; the past when it does not.
  [[nodiscard]] caf::actor_clock::time_point asked_to_wait(const net::http_result& r) const;
  [[nodiscard]] std::int64_t trades_since(timestamp sent_at) const;
  void count(const venue_answer& a);
  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }

  venue_self self_;
  venue_state& st_;
  const actors::world& w_;
};

}  // namespace headroom::chain::polymarket
