// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {MintBurnOFTAdapter} from "@layerzerolabs/oft-evm/contracts/MintBurnOFTAdapter.sol";
import {IMintableBurnable} from "@layerzerolabs/oft-evm/contracts/interfaces/IMintableBurnable.sol";

/// The burn/mint messenger beside the token, as the live USDT0 has it: approvalRequired() is false.
contract TestOFT is MintBurnOFTAdapter {
    constructor(address token_, address endpoint_, address owner_)
        MintBurnOFTAdapter(token_, IMintableBurnable(token_), endpoint_, owner_)
        Ownable(owner_)
    {}
}
