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

/// A Stargate v2 pool: IOFT and `sendToken` over a credit for each path, written anew. Not as really: the sandbox
/// carries the message itself (`deliver` is open to anybody), a bus is told by `BusRode` of the pool and not of a
/// messenger, no LP shares, and the fee is a fixed part. Runtime code placed at the real addresses.
contract TestStargatePool {
    struct SendParam {
        uint32 dstEid;
        bytes32 to;
        uint256 amountLD;
        uint256 minAmountLD;
        bytes extraOptions;
        bytes composeMsg;
        bytes oftCmd; // empty: a taxi, at once; 0x01: the bus
    }

    struct MessagingFee {
        uint256 nativeFee;
        uint256 lzTokenFee;
    }

    struct MessagingReceipt {
        bytes32 guid;
        uint64 nonce;
        MessagingFee fee;
    }

    struct OFTLimit {
        uint256 minAmountLD;
        uint256 maxAmountLD;
    }

    struct OFTFeeDetail {
        int256 feeAmountLD;
        string description;
    }

    struct OFTReceipt {
        uint256 amountSentLD;
        uint256 amountReceivedLD;
    }

    struct Ticket {
        uint72 ticketId;
        bytes passengerBytes;
    }

    event OFTSent(
        bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD
    );
    event OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD);
    event BusRode(uint32 dstEid, uint72 ticketId, uint80 fare, bytes passenger);
    /// Sandbox only: what the message carries, taxi and bus alike.
    event Carried(bytes32 guid, uint32 dstEid, address to, uint256 amount, uint72 ticketId);

    error Path_InsufficientCredit();
    error Stargate_InvalidAmount();
    error Stargate_InvalidPath();
    error Stargate_SlippageTooHigh();
    error Stargate_InsufficientFare();
    error Stargate_LzTokenUnavailable();
    error Stargate_Paused();

    uint256 private constant ONE = 1_000_000;
    address public token;
    uint32 public localEid;
    bool public paused;
    uint64 private nonce;
    uint72 private tickets;
    uint256 public feePpm;
    uint256 public taxiFee;
    uint256 public busFare;
    mapping(uint32 => uint64) public paths; // credit by destination, in the token's units
    mapping(uint32 => bytes32) public peers;

    // -- the sandbox

    function open(address token_, uint32 eid, uint32 otherEid, address other, uint64 credit) external {
        (token, localEid, peers[otherEid]) = (token_, eid, bytes32(uint256(uint160(other))));
        (paths[otherEid], feePpm, taxiFee, busFare) = (credit, 100, 0.01 ether, 0.002 ether);
    }

    function setCredit(uint32 dstEid, uint64 credit) external { paths[dstEid] = credit; }
    function setTerms(bool paused_, uint256 feePpm_) external { (paused, feePpm) = (paused_, feePpm_); }

    function deliver(bytes32 guid, uint32 srcEid, address to, uint256 amount) external {
        IMoney(token).transfer(to, amount);
        emit OFTReceived(guid, srcEid, to, amount);
    }

    // -- IOFT

    function approvalRequired() external pure returns (bool) { return true; }
    function sharedDecimals() external pure returns (uint8) { return 6; }
    function stargateType() external pure returns (uint8) { return 0; }

    /// Capped to the path's credit: what it says was sent may be less than what was asked.
    function quoteOFT(SendParam calldata p)
        external
        view
        returns (OFTLimit memory limit, OFTFeeDetail[] memory details, OFTReceipt memory receipt)
    {
        limit = OFTLimit(1, paths[p.dstEid]);
        uint256 sent = p.amountLD > limit.maxAmountLD ? limit.maxAmountLD : p.amountLD;
        receipt = OFTReceipt(sent, _afterFee(sent));
        if (receipt.amountReceivedLD == sent) return (limit, details, receipt);
        details = new OFTFeeDetail[](1);
        details[0].feeAmountLD = -int256(sent - receipt.amountReceivedLD);
    }

    function quoteSend(SendParam calldata p, bool payInLzToken) public view returns (MessagingFee memory) {
        if (p.amountLD == 0) revert Stargate_InvalidAmount();
        if (payInLzToken) revert Stargate_LzTokenUnavailable();
        if (peers[p.dstEid] == 0) revert Stargate_InvalidPath();
        return MessagingFee(p.oftCmd.length == 0 ? taxiFee : busFare, 0);
    }

    function send(SendParam calldata p, MessagingFee calldata fee, address refund)
        external
        payable
        returns (MessagingReceipt memory message, OFTReceipt memory receipt)
    {
        (message, receipt,) = sendToken(p, fee, refund);
    }

    function sendToken(SendParam calldata p, MessagingFee calldata fee, address refund)
        public
        payable
        returns (MessagingReceipt memory message, OFTReceipt memory receipt, Ticket memory ticket)
    {
        if (paused) revert Stargate_Paused();
        receipt = _inflow(p);
        uint256 due = quoteSend(p, fee.lzTokenFee != 0).nativeFee;
        if (msg.value < due) revert Stargate_InsufficientFare();
        message = MessagingReceipt(0, 0, MessagingFee(due, 0));
        if (p.oftCmd.length == 0) {
            message.nonce = ++nonce;
            message.guid = _guid(message.nonce, p.dstEid);
        } else {
            ticket = Ticket(++tickets, abi.encode(p.to, receipt.amountReceivedLD));
            emit BusRode(p.dstEid, ticket.ticketId, uint80(due), ticket.passengerBytes);
        }
        emit Carried(message.guid, p.dstEid, address(uint160(uint256(p.to))), receipt.amountReceivedLD, ticket.ticketId);
        emit OFTSent(message.guid, p.dstEid, msg.sender, receipt.amountSentLD, receipt.amountReceivedLD);
        if (msg.value > due) payable(refund).transfer(msg.value - due);
    }

    function _inflow(SendParam calldata p) private returns (OFTReceipt memory receipt) {
        if (p.amountLD == 0) revert Stargate_InvalidAmount();
        IMoney(token).transferFrom(msg.sender, address(this), p.amountLD);
        receipt = OFTReceipt(p.amountLD, _afterFee(p.amountLD));
        if (receipt.amountReceivedLD == 0 || receipt.amountReceivedLD < p.minAmountLD) {
            revert Stargate_SlippageTooHigh();
        }
        if (paths[p.dstEid] < receipt.amountReceivedLD) revert Path_InsufficientCredit();
        paths[p.dstEid] -= uint64(receipt.amountReceivedLD);
    }

    function _afterFee(uint256 amount) private view returns (uint256) { return amount - amount * feePpm / ONE; }

    function _guid(uint64 n, uint32 dstEid) private view returns (bytes32) {
        bytes32 self = bytes32(uint256(uint160(address(this))));
        return keccak256(abi.encodePacked(n, localEid, self, dstEid, peers[dstEid]));
    }
}
