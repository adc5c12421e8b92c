// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

interface IPooled {
    function balanceOf(address) external view returns (uint256);
    function transfer(address, uint256) external returns (bool);
    function transferFrom(address, address, uint256) external returns (bool);
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
        IPooled(token).transfer(to, amount);
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
        IPooled(token).transferFrom(msg.sender, address(this), p.amountLD);
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
