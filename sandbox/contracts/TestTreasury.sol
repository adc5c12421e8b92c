// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

// Test-only stand-ins for the contracts of the treasury's routes, written anew with the real ABI for the calls a
// treasury makes, because npm has none compiled or only with a whole protocol behind it. No constructors and no
// immutables: their runtime code is placed at the real addresses. What the sandbox alone may do (set..., open,
// deliver) is open to anybody: never deploy these elsewhere.

interface IMoney {
    function balanceOf(address) external view returns (uint256);
    function transfer(address, uint256) external returns (bool);
    function transferFrom(address, address, uint256) external returns (bool);
    function mint(address, uint256) external returns (bool);
    function burn(address, uint256) external returns (bool);
}

/// 1inch's AggregationRouterV6, `swap` alone: tokens go to `srcReceiver`, the executor is called, the minimum is
/// checked, what it brought goes to `dstReceiver`. No native coin: a value is refused.
contract TestAggregationRouter {
    struct SwapDescription {
        address srcToken;
        address dstToken;
        address payable srcReceiver;
        address payable dstReceiver;
        uint256 amount;
        uint256 minReturnAmount;
        uint256 flags;
    }

    error ReturnAmountIsNotEnough(uint256 result, uint256 minReturn);
    error ZeroMinReturn();
    error InvalidMsgValue();

    uint256 private constant PARTIAL_FILL = 1;

    function swap(address executor, SwapDescription calldata desc, bytes calldata data)
        external
        payable
        returns (uint256 returnAmount, uint256 spentAmount)
    {
        if (desc.minReturnAmount == 0) revert ZeroMinReturn();
        if (msg.value != 0) revert InvalidMsgValue();
        IMoney(desc.srcToken).transferFrom(msg.sender, desc.srcReceiver, desc.amount);
        returnAmount = _execute(executor, data);
        spentAmount = desc.amount - _giveBack(desc);
        uint256 filled = desc.flags & PARTIAL_FILL != 0 ? spentAmount : desc.amount;
        if (returnAmount * desc.amount < desc.minReturnAmount * filled) {
            revert ReturnAmountIsNotEnough(returnAmount, desc.minReturnAmount);
        }
        address to = desc.dstReceiver == address(0) ? msg.sender : desc.dstReceiver;
        IMoney(desc.dstToken).transfer(to, returnAmount);
    }

    /// The data stand behind the one argument, as really.
    function _execute(address executor, bytes calldata data) private returns (uint256) {
        bytes memory input = bytes.concat(abi.encodeCall(TestAggregationExecutor.execute, (msg.sender)), data);
        (bool ok, bytes memory answer) = executor.call(input);
        if (!ok) assembly { revert(add(answer, 32), mload(answer)) }
        return abi.decode(answer, (uint256));
    }

    /// What a partial fill left over, returned to the caller.
    function _giveBack(SwapDescription calldata desc) private returns (uint256 unspent) {
        unspent = IMoney(desc.srcToken).balanceOf(address(this));
        if (unspent > 0) IMoney(desc.srcToken).transfer(msg.sender, unspent);
    }
}

/// The market behind the router: takes what it was sent at its own price. Unset, it pays 0.9999 and fills all.
contract TestAggregationExecutor {
    uint256 private constant ONE = 1_000_000;
    uint256 private price; // destination for a million of the source, plus one
    uint256 private unfilled; // ppm

    function setMarket(uint256 pricePpm, uint256 fillPpm) external {
        (price, unfilled) = (pricePpm + 1, ONE - fillPpm);
    }

    function pricePpm() public view returns (uint256) { return price == 0 ? 999_900 : price - 1; }

    /// Behind the argument: (source, destination).
    function execute(address) external returns (uint256 brought) {
        (address source, address destination) = abi.decode(msg.data[36:], (address, address));
        uint256 held = IMoney(source).balanceOf(address(this));
        uint256 kept = held * unfilled / ONE;
        if (kept > 0) IMoney(source).transfer(msg.sender, kept);
        IMoney(source).burn(address(this), held - kept);
        brought = (held - kept) * pricePpm() / ONE;
        IMoney(destination).mint(msg.sender, brought);
    }
}

/// Chainlink's AggregatorV3Interface. Unset, it says 1.00 at 8 decimals, updated in each block.
abstract contract TestAggregator {
    bool private isSet;
    bool private dead;
    uint8 private decimals_;
    uint80 private round;
    int256 private answer;
    uint256 private updatedAt; // 0: the block's own time

    function set(int256 answer_, uint256 updatedAt_, uint8 decimals__, bool dead_) external {
        (isSet, answer, updatedAt, decimals_, dead) = (true, answer_, updatedAt_, decimals__, dead_);
        round += 1;
    }

    function description() external pure virtual returns (string memory);
    function version() external pure returns (uint256) { return 6; }
    function decimals() external view returns (uint8) { return isSet ? decimals_ : 8; }
    function latestAnswer() external view returns (int256 now_) { (, now_,,,) = latestRoundData(); }

    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(roundId == round + 1, "No data present");
        return latestRoundData();
    }

    function latestRoundData()
        public
        view
        returns (uint80 roundId, int256 answer_, uint256 startedAt, uint256 updatedAt_, uint80 answeredInRound)
    {
        require(!dead, "No data present");
        roundId = round + 1;
        answer_ = isSet ? answer : int256(1e8);
        updatedAt_ = updatedAt == 0 ? block.timestamp : updatedAt;
        return (roundId, answer_, updatedAt_, updatedAt_, roundId);
    }
}

contract TestUsdt0Feed is TestAggregator {
    function description() external pure override returns (string memory) { return "USDT0 / USD"; }
}

contract TestUsdcFeed is TestAggregator {
    function description() external pure override returns (string memory) { return "USDC / USD"; }
}

/// Relay's depository, the side of a depositor.
contract TestRelayDepository {
    event RelayErc20Deposit(address from, address token, uint256 amount, bytes32 id);

    function depositErc20(address depositor, address token, uint256 amount, bytes32 id) external {
        IMoney(token).transferFrom(msg.sender, address(this), amount);
        emit RelayErc20Deposit(depositor == address(0) ? msg.sender : depositor, token, amount, id);
    }
}
