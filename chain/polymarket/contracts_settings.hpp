#pragma once

#include "domain/bytes.hpp"

/// Where the venue's contracts stand (facts/polymarket.md 1.2). Defaults are Polygon's and stand
/// here alone, but for the two exchanges, which are the venue's (venue_settings.hpp).
namespace headroom::chain::polymarket {

struct contract_settings {
  /// pUSD: what bets are paid with, 6 decimals.
  address collateral = *address::parse("0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB");
  /// CTF: the shares, an ERC-1155.
  address conditional_tokens = *address::parse("0x4D97DCd97eC945f40cF65F87097ACe5EA0476045");
  /// They redeem shares and pay pUSD.
  address collateral_adapter = *address::parse("0xAdA100Db00Ca00073811820692005400218FcE1f");
  address neg_risk_collateral_adapter =
      *address::parse("0xadA2005600Dec949baf300f4C6120000bDB6eAab");
  /// Retired, and still the spender that the CLOB asks for in neg-risk markets (changes of
  /// 2026-11-29, 5).
  address neg_risk_adapter = *address::parse("0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296");
  /// What pUSD is made of and becomes again, one to one.
  address usdc_e = *address::parse("0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174");
  address onramp = *address::parse("0x93070a847efEf7F70739046A929D47a521F5B8ee");
  address offramp = *address::parse("0x2957922Eb93258b93368531d39fAcCA3B4dC5854");
  /// What batches of deposit wallets are sent to.
  address wallet_factory = *address::parse("0x00000000000Fb5C9ADea0298D729A0CB3823Cc07");
  /// What new deposit wallets take their code from: a part of where they stand.
  address wallet_beacon = *address::parse("0x7A18EDfe055488A3128f01F563e5B479D92ffc3a");
};

}  // namespace headroom::chain::polymarket
