#include "config/command_line.hpp"

#include <CLI/CLI.hpp>
#include <charconv>

#include "config/console_line.hpp"

namespace headroom::config {
namespace {

/// What the commands for bets and for sales call things.
struct order_vocabulary {
  const char* command;
  const char* one;
  const char* done;   // the outcome beside "failed"
  const char* money;  // the option for what was paid
};
constexpr order_vocabulary of_bets{"bets", "bet", "filled", "--spent"};
constexpr order_vocabulary of_sales{"sales", "sale", "sold", "--proceeds"};

/// The texts of `resolve`, before they are what they mean.
struct order_words {
  std::string id;
  std::string outcome;
  std::string shares;
  std::string money;
  std::string fee;
};

using check = CLI::Validator;

const check a_condition{[](std::string& x) {
                          return x.starts_with("0x") && hash256::parse(x)
                                     ? ""
                                     : "must be a condition: 0x, 64 hex digits";
                        },
                        ""};
const check a_transaction{[](std::string& x) {
                            return x.starts_with("0x") && hash256::parse(x)
                                       ? ""
                                       : "must be a transaction: 0x, 64 hex digits";
                          },
                          ""};
const check an_account{[](std::string& x) {
                         return x.starts_with("0x") && address::parse(x)
                                    ? ""
                                    : "must be an account: 0x, 40 hex digits";
                       },
                       ""};
const check an_amount{
    [](std::string& x) { return parse_usdc(x) ? "" : "must be an amount like \"12.50\""; }, ""};
const check not_empty{[](std::string& x) { return x.empty() ? "must say something" : ""; }, ""};

void add_keys(CLI::App& app, command_line& out) {
  auto* keys = app.add_subcommand("keys", "Service keys")->require_subcommand(1);
  auto* add = keys->add_subcommand("add", "Make one; shown once");
  add->add_option("NAME", out.key_name, "who uses it")->required();
  add->add_option("SCOPES", out.key_scopes,
                  "read, trade, withdraw, inspect, operate, admin; several with commas")
      ->required();
  keys->add_subcommand("list", "All keys, the revoked ones too");
  auto* revoke = keys->add_subcommand("revoke", "It stops working within two seconds");
  revoke->add_option("ID", out.key_id, "as the list shows it")->required();
}

void add_cluster(CLI::App& app, command_line& out) {
  auto* cluster = app.add_subcommand("cluster", "Nodes over one database");
  cluster->require_subcommand(1);
  cluster->add_subcommand("status", "Which there are, which keeps the house, and since when");
  auto* evict = cluster->add_subcommand("evict", "Declare one dead: it ends, another takes over");
  evict->add_option("NODE", out.node, "its name")->required();
}

check an_id_of(const char* one) {
  return check{[one](std::string& x) {
                 return bet_id::parse(x) ? std::string{}
                                         : std::string{"must be a "} + one + "'s id";
               },
               ""};
}

template <class Request>
void add_orders(CLI::App& app, const order_vocabulary& v, Request& out, order_words& words) {
  const std::string done = v.done;
  auto* orders = app.add_subcommand(v.command, std::string{"A "} + v.one + " that stays open");
  orders->require_subcommand(1);
  auto* show = orders->add_subcommand("show", "What the books and the exchange know of it");
  auto* resolve = orders->add_subcommand(
      "resolve", "End it, as far as the exchange agrees; the evidence is stored");
  for (auto* x : {show, resolve})
    x->add_option("ID", words.id, "")->required()->check(an_id_of(v.one));
  resolve->add_option("OUTCOME", words.outcome, "failed or " + done)
      ->required()
      ->check(CLI::IsMember({std::string{"failed"}, done}));
  resolve->add_option("--by", out.by, "who decides")->required()->check(not_empty);
  resolve->add_option("--evidence", out.evidence, "on what grounds")->required()->check(not_empty);
  auto* shares = resolve->add_option("--shares", words.shares, done + ", and no event shows it");
  auto* money = resolve->add_option(v.money, words.money, "likewise, in USDC");
  auto* fee = resolve->add_option("--fee", words.fee, "likewise, in USDC");
  for (auto* x : {shares, money, fee}) {
    x->check(an_amount);
    for (auto* other : {shares, money, fee})
      if (other != x) x->needs(other);
  }
}

/// The words of `markets settle`, before they are what they mean.
struct market_words {
  std::string condition;
  std::string transaction;
};

/// The running service settles by itself, and what it holds back waits for money, an approval or a
/// node. The one thing to apply is what it cannot know: a redemption that is none of its own.
void add_markets(CLI::App& app, market_words& words, markets_request& out) {
  auto* markets = app.add_subcommand("markets", "A resolved market")->require_subcommand(1);
  auto* settle = markets->add_subcommand(
      "settle", "What the books and the chain know of it, and what the service does next");
  settle->add_option("CONDITION", words.condition, "")->required()->check(a_condition);
  auto* transaction =
      settle->add_option("--tx", words.transaction, "by which somebody else redeemed it");
  transaction->type_name("HASH")->check(a_transaction);
  auto* apply = settle->add_flag("--apply", out.apply, "book what --tx brought, as it is proven");
  settle->add_flag("--dry-run")
      ->description("as without --apply: nothing is written or sent")
      ->excludes(apply);
  apply->needs(transaction);
}

void add_withdrawals(CLI::App& app, withdrawals_request& out, std::string& id) {
  auto* all = app.add_subcommand("withdrawals", "Money out")->require_subcommand(1);
  auto* show = all->add_subcommand("show", "What the books know of one");
  auto* approve = all->add_subcommand("approve", "Let one that waits for it be sent");
  auto* refuse =
      all->add_subcommand("refuse", "Give the money of one back of which nothing is on its way");
  auto* pause = all->add_subcommand("pause", "Accept and send none until `resume`");
  auto* resume = all->add_subcommand("resume", "Let them go on");
  for (auto* x : {show, approve, refuse})
    x->add_option("ID", id, "")->required()->check(an_id_of("withdrawal"));
  for (auto* x : {approve, refuse, pause, resume})
    x->add_option("--by", out.by, "who decides")->required()->check(not_empty);
  for (auto* x : {refuse, pause, resume})
    x->add_option("--reason", out.reason, "on what grounds; a refused user reads it")
        ->required()
        ->check(not_empty);
}

void understand(const std::string& command, const std::string& id, withdrawals_request& out) {
  using act = withdrawals_request::act;
  const auto word = command.substr(command.find(' ') + 1);
  out.wanted = word == "approve"  ? act::approve
               : word == "refuse" ? act::refuse
               : word == "pause"  ? act::pause
               : word == "resume" ? act::resume
                                  : act::show;
  if (!id.empty()) out.id = *withdrawal_id::parse(id);
}

/// The texts of a repair, before they are what they mean.
struct repair_words {
  std::string id;
  std::string tx;
  std::int64_t log_index = -1;      // below zero: not given
  std::vector<std::string> all_tx;  // of what may have come in several
};

constexpr std::size_t most_arrivals = 8;  // that settle one conversion

/// "0x..", or "0x..:3" with the transfer's log index in its block.
std::optional<named_arrival> read_arrival(std::string_view text) {
  const auto colon = text.find(':');
  const auto tx = text.starts_with("0x") ? hash256::parse(text.substr(0, colon)) : std::nullopt;
  if (!tx) return std::nullopt;
  named_arrival out{*tx, std::nullopt};
  if (colon == std::string_view::npos) return out;
  const auto digits = text.substr(colon + 1);
  std::uint32_t index = 0;
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, index);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  out.log_index = index;
  return out;
}

const CLI::Validator an_arrival{
    [](std::string& text) {
      return read_arrival(text) ? std::string{}
                                : "must be a transaction, 0x and 64 hex digits, or HASH:LOG_INDEX";
    },
    "HASH[:N]"};

void add_grounds(CLI::App& to, std::string& by, std::string& reason) {
  to.add_option("--by", by, "who decides")->required()->check(not_empty);
  to.add_option("--reason", reason, "on what grounds; it is kept")->required()->check(not_empty);
}

void add_log_index(CLI::App& to, std::int64_t& out) {
  to.add_option("--log-index", out, "of the transfer in its block, when there are several to us")
      ->check(CLI::NonNegativeNumber);
}

void add_beyond_books(CLI::App& to, bool& out) {
  to.add_flag("--beyond-books", out,
              "also when no more is on the chain than the books explain: a replenishment that does "
              "not name the transaction may have booked it");
}

void add_conversions(CLI::App& app, conversions_request& out, repair_words& words) {
  auto* all = app.add_subcommand("conversions", "A conversion that needs a human");
  all->require_subcommand(1);
  const auto add = [&](const char* name, const char* text) {
    auto* x = all->add_subcommand(name, text);
    x->add_option("ID", words.id, "")->required()->check(an_id_of("conversion"));
    return x;
  };
  add("show", "What the books know of it: steps, transactions, the newest order");
  for (auto* x : {add("look", "Have its route look now"),
                  add("retry", "Have its route do what may be done once for a step that is stuck"),
                  add("hold", "Nothing more is done for it"), add("release", "Go on after a hold"),
                  add("fail", "On hold: it never arrives; what is in transit is booked as lost")})
    add_grounds(*x, out.by, out.reason);
  auto* settle = add("settle", "On hold: it arrived by this transaction, as two nodes show");
  settle
      ->add_option("--tx", words.all_tx,
                   "of the transfer of USDC to our account; HASH:N with its log index. Once for "
                   "each where it came in several")
      ->required()
      ->allow_extra_args(false)
      ->check(an_arrival);
  add_log_index(*settle, words.log_index);
  add_beyond_books(*settle, out.beyond_books);
  add_grounds(*settle, out.by, out.reason);
}

void add_adoption(CLI::App& app, adoption_request& out, repair_words& words) {
  auto* adopt = app.add_subcommand("adopt-transfer",
                                   "USDC that nothing in the books explains becomes the reserve's");
  adopt->add_option("HASH", words.tx, "the transaction that brought it")
      ->required()
      ->check(a_transaction);
  add_log_index(*adopt, words.log_index);
  add_beyond_books(*adopt, out.beyond_books);
  add_grounds(*adopt, out.by, out.reason);
}

/// Which chain, and which of our accounts where that is open; `who` says when to name one.
void add_place(CLI::App& to, std::string& chain, std::optional<address>& account, const char* who) {
  to.add_option("--chain", chain, "plasma, polygon or base")
      ->required()
      ->check(CLI::IsMember({"plasma", "polygon", "base"}));
  const auto name_account = [&account](const std::string& x) { account = address::parse(x); };
  to.add_option_function<std::string>("--account", name_account, who)
      ->type_name("ADDRESS")
      ->check(an_account);
}

void add_wallet(CLI::App& app, cancel_request& out, resync_request& resync) {
  auto* wallet = app.add_subcommand("wallet", "The accounts that send transactions");
  wallet->require_subcommand(1);
  wallet->add_subcommand("status", "What the books and the chains know of each one's nonces");
  auto* cancel = wallet->add_subcommand(
      "cancel", "Take a nonce away from a transaction that is not mined, by one with a higher fee");
  cancel->add_option("NONCE", out.nonce, "")->required();
  add_place(*cancel, out.chain, out.account, "whose, when several of ours hold such a nonce");
  add_grounds(*cancel, out.by, out.reason);
  auto* again = wallet->add_subcommand(
      "resync",
      "Send again what is stored and not mined, and fill nonces that nothing of ours fills");
  add_place(*again, resync.chain, resync.account, "of this account alone");
  add_grounds(*again, resync.by, resync.reason);
}

std::optional<std::uint64_t> index_of(const repair_words& words) {
  if (words.log_index < 0) return std::nullopt;
  return static_cast<std::uint64_t>(words.log_index);
}

/// "" or why the words do not fit together.
std::string understand(const std::string& command, const repair_words& words,
                       conversions_request& out) {
  const auto word = command.substr(command.find(' ') + 1);
  out.id = *conversion_id::parse(words.id);
  out.wanted =
      word == "fail" ? order_word::write_off : parse_order_word(word).value_or(order_word::none);
  if (words.all_tx.empty()) return {};
  if (words.all_tx.size() > most_arrivals)
    return "--tx: " + std::to_string(most_arrivals) + " at most";
  for (const auto& x : words.all_tx) out.others.push_back(*read_arrival(x));
  const auto first = out.others.front();
  out.others.erase(out.others.begin());
  out.tx = first.tx;
  out.log_index = first.log_index;
  if (const auto index = index_of(words)) {
    if (first.log_index || !out.others.empty())
      return "--log-index is for one --tx without its own";
    out.log_index = index;
  }
  return {};
}

/// "" or why the words do not fit together.
template <class Id>
std::string understand(const order_vocabulary& v, const order_words& words,
                       order_request<Id>& out) {
  using act = typename order_request<Id>::act;
  out.id = *Id::parse(words.id);
  out.wanted = words.outcome.empty()       ? act::show
               : words.outcome == "failed" ? act::fail
                                           : act::fill;
  if (words.shares.empty()) return {};
  if (out.wanted != act::fill)
    return std::string{"--shares, "} + v.money + " and --fee are for what was " + v.done;
  out.given = {*parse_usdc(words.shares), *parse_usdc(words.money), *parse_usdc(words.fee)};
  return {};
}

/// "keys add": the innermost command that was named.
std::string named_in(const CLI::App& app) {
  std::string out;
  for (const auto* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    out += (out.empty() ? "" : " ") + at->get_name();
  }
  return out;
}

command_line wrong(const std::string& why, const CLI::App& app) {
  command_line out;
  out.wrong_usage = true;
  out.answer = why + "\n" + app.help();
  return out;
}

command_line help(std::string text) {
  command_line out;
  out.answer = std::move(text);
  return out;
}

bool needs_a_file(const std::string& command) {
  return command == "serve" || command == "check-config" || command.starts_with("bets ") ||
         command.starts_with("sales ") || command.starts_with("markets ") ||
         command.starts_with("withdrawals ") || command.starts_with("conversions ") ||
         command.starts_with("wallet ") || command == "adopt-transfer" || command == "reconcile";
}

}  // namespace

command_line read_command_line(int argc, const char* const* argv) {
  command_line out;
  order_words bets_words;
  order_words sales_words;
  CLI::App app{"Instant bets on Polymarket from a liquidity buffer", "headroom"};
  app.fallthrough();  // --config may stand anywhere
  app.require_subcommand(0, 1);
  app.set_help_flag("--help", "this text, or that of one command");
  app.get_formatter()->column_width(28);
  app.footer(
      "HEADROOM_DATABASE_URL overrides database.url of the file; migrate, verify and keys need "
      "nothing else. What is asked of a running service goes to --url with the key of --key-file; "
      "no key is taken from the command line.");
  app.add_option("--config", out.config, "the configuration file")->type_name("FILE");
  app.add_subcommand("serve", "Run the service until SIGINT or SIGTERM");
  app.add_subcommand("migrate", "Bring the database's schema up to this binary");
  app.add_subcommand("verify", "Replay every posting; exit 1 with the differences, if any");
  add_keys(app, out);
  add_cluster(app, out);
  add_orders(app, of_bets, out.bets, bets_words);
  add_orders(app, of_sales, out.sales, sales_words);
  market_words market;
  add_markets(app, market, out.markets);
  std::string withdrawal;
  add_withdrawals(app, out.withdrawals, withdrawal);
  repair_words conversion_words;
  repair_words adoption_words;
  add_conversions(app, out.conversions, conversion_words);
  add_adoption(app, out.adoption, adoption_words);
  add_wallet(app, out.cancel, out.resync);
  add_console(app, out);
  app.add_subcommand("reconcile", "The books against the chains; exit 1 with what is missing");
  app.add_subcommand("check-config", "Read the file and say what is wrong with it")
      ->add_flag("--show", out.show, "print what is in effect, and who said so");
  app.add_subcommand("settings", "Every setting there is, with its default and bounds");
  app.add_subcommand("help", "This text");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return help(app.help());
  } catch (const CLI::ParseError& e) {
    return wrong(e.what(), app);
  }
  out.command = named_in(app);
  if (out.command.empty()) return wrong("no command", app);
  if (out.command == "help")  // app.help() would describe this command alone
    return help(app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::All));
  if (out.config.empty() && needs_a_file(out.command))
    return wrong(out.command + " needs --config FILE", app);
  if (is_for_console(out.command)) out.console.command = out.command;
  std::string why;
  if (out.command.starts_with("bets ")) why = understand(of_bets, bets_words, out.bets);
  if (out.command.starts_with("sales ")) why = understand(of_sales, sales_words, out.sales);
  if (out.command.starts_with("withdrawals ")) understand(out.command, withdrawal, out.withdrawals);
  if (out.command.starts_with("markets ")) {
    out.markets.condition = *hash256::parse(market.condition);
    if (!market.transaction.empty()) out.markets.transaction = hash256::parse(market.transaction);
  }
  if (out.command.starts_with("conversions "))
    why = understand(out.command, conversion_words, out.conversions);
  if (out.command == "adopt-transfer") {
    out.adoption.tx = *hash256::parse(adoption_words.tx);
    out.adoption.log_index = index_of(adoption_words);
  }
  return why.empty() ? out : wrong(why, app);
}

}  // namespace headroom::config
