// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

/// Many calls in one transaction, as anybody's multicall makes them: all succeed or none.
contract TestBatch {
    struct Call {
        address to;
        bytes data;
    }

    function run(Call[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory why) = calls[i].to.call(calls[i].data);
            require(ok, string(why));
        }
    }
}
