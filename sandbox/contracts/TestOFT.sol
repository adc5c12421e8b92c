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

// Test-only workers for the real ULN libraries of LayerZero. Their owner makes them act at the other end; the real ones
// ask a price feed and (verifiers) the signatures of their operators.

struct Origin {
    uint32 srcEid;
    bytes32 sender;
    uint64 nonce;
}

interface IEndpoint {
    function lzReceive(Origin calldata, address, bytes32, bytes calldata, bytes calldata) external payable;
    function lzReceiveAlert(
        Origin calldata, address, bytes32, uint256, uint256, bytes calldata, bytes calldata, bytes calldata
    ) external;
}

interface IReceiveLibrary {
    function verify(bytes calldata header, bytes32 payloadHash, uint64 confirmations) external;
}

abstract contract TestWorker {
    address public immutable owner = msg.sender;
    uint256 public immutable fee;

    constructor(uint256 fee_) { fee = fee_; }

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }
}

/// A verifier (DVN).
contract TestVerifier is TestWorker {
    struct AssignJobParam {
        uint32 dstEid;
        bytes packetHeader;
        bytes32 payloadHash;
        uint64 confirmations;
        address sender;
    }

    constructor(uint256 fee_) TestWorker(fee_) {}

    function assignJob(AssignJobParam calldata, bytes calldata) external payable returns (uint256) { return fee; }
    function getFee(uint32, uint64, address, bytes calldata) external view returns (uint256) { return fee; }

    function verify(address library_, bytes calldata header, bytes32 payloadHash, uint64 confirmations)
        external onlyOwner
    {
        IReceiveLibrary(library_).verify(header, payloadHash, confirmations);
    }
}

/// An executor. As really, a delivery that fails is told by an alert of the endpoint and reverts nothing.
contract TestExecutor is TestWorker {
    IEndpoint private immutable endpoint_;

    constructor(uint256 fee_, address endpoint) TestWorker(fee_) { endpoint_ = IEndpoint(endpoint); }

    function assignJob(uint32, address, uint256, bytes calldata) external view returns (uint256) { return fee; }
    function getFee(uint32, address, uint256, bytes calldata) external view returns (uint256) { return fee; }

    function execute(
        Origin calldata origin, address receiver, bytes32 guid, bytes calldata message, uint256 gasLimit
    ) external onlyOwner {
        try endpoint_.lzReceive{gas: gasLimit}(origin, receiver, guid, message, "") {}
        catch (bytes memory reason) {
            endpoint_.lzReceiveAlert(origin, receiver, guid, gasLimit, 0, message, "", reason);
        }
    }
}
