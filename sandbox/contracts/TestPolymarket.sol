// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

// Test-only stand-ins for Polymarket's contracts, written anew with the same ABI for the calls a trader makes.
// No constructors and no immutables: their runtime code is placed at the real addresses. What the sandbox
// alone may do (register, settle, setOff, setShort, pause) is open to anybody: never deploy these elsewhere.

interface IStable {
    function balanceOf(address) external view returns (uint256);
    function transferFrom(address, address, uint256) external returns (bool);
    function mint(address, uint256) external returns (bool);
    function burn(address, uint256) external returns (bool);
    function move(address, address, uint256) external;
}

address constant USDCE = 0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174;
address constant PUSD = 0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB;
address constant WCOL = 0x3A3BD7bb9528E159577F7C2e685CC81A765002E2;
address constant CTF = 0x4D97DCd97eC945f40cF65F87097ACe5EA0476045;
address constant EXCHANGE = 0xE111180000d2663C0091e4f400237545B87B996B;
address constant NEG_RISK_EXCHANGE = 0xe2222d279d744050d28e00520010520000310F59;
address constant FACTORY = 0x00000000000Fb5C9ADea0298D729A0CB3823Cc07;

/// Each asset of a ramp can be paused, here by anybody.
abstract contract TestRamp {
    error OnlyUnpaused();

    mapping(address => bool) public paused;

    function pause(address asset) external { paused[asset] = true; }
    function unpause(address asset) external { paused[asset] = false; }

    function _enter(address asset) internal view {
        if (paused[asset]) revert OnlyUnpaused();
        require(asset == USDCE, "asset not supported");
    }
}

/// USDC.e in, pUSD out, one to one. Nothing else is taken, native USDC neither.
contract TestOnramp is TestRamp {
    function wrap(address asset, address to, uint256 amount) external {
        _enter(asset);
        IStable(USDCE).transferFrom(msg.sender, address(this), amount);
        IStable(USDCE).burn(address(this), amount);
        IStable(PUSD).mint(to, amount);
    }
}

/// pUSD in, USDC.e out, one to one.
contract TestOfframp is TestRamp {
    function unwrap(address asset, address to, uint256 amount) external {
        _enter(asset);
        IStable(PUSD).transferFrom(msg.sender, address(this), amount);
        IStable(PUSD).burn(address(this), amount);
        IStable(USDCE).mint(to, amount);
    }
}

/// Outcome tokens. Unlike the real one it does not compute position ids on the elliptic curve: `register`
/// says which two ids are the positions of a condition, and which collateral they are keyed to. Receivers
/// that are contracts are not asked.
contract TestConditionalTokens {
    event ConditionPreparation(
        bytes32 indexed conditionId, address indexed oracle, bytes32 indexed questionId, uint256 outcomeSlotCount
    );
    event ConditionResolution(
        bytes32 indexed conditionId,
        address indexed oracle,
        bytes32 indexed questionId,
        uint256 outcomeSlotCount,
        uint256[] payoutNumerators
    );
    event PayoutRedemption(
        address indexed redeemer,
        address indexed collateralToken,
        bytes32 indexed parentCollectionId,
        bytes32 conditionId,
        uint256[] indexSets,
        uint256 payout
    );
    event TransferSingle(
        address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value
    );
    event TransferBatch(
        address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values
    );
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    mapping(bytes32 => uint256[]) public payoutNumerators;
    mapping(bytes32 => uint256) public payoutDenominator;
    mapping(uint256 => mapping(address => uint256)) private balances;
    mapping(address => mapping(address => bool)) public isApprovedForAll;
    mapping(bytes32 => uint256[2]) private positions;
    mapping(bytes32 => address) public collateralOf;

    // -- conditions

    function getConditionId(address oracle, bytes32 questionId, uint256 outcomeSlotCount)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(oracle, questionId, outcomeSlotCount));
    }

    function getOutcomeSlotCount(bytes32 conditionId) external view returns (uint256) {
        return payoutNumerators[conditionId].length;
    }

    function prepareCondition(address oracle, bytes32 questionId, uint256 outcomeSlotCount) external {
        require(outcomeSlotCount == 2, "two outcomes only");
        bytes32 conditionId = getConditionId(oracle, questionId, outcomeSlotCount);
        require(payoutNumerators[conditionId].length == 0, "condition already prepared");
        payoutNumerators[conditionId] = new uint256[](outcomeSlotCount);
        emit ConditionPreparation(conditionId, oracle, questionId, outcomeSlotCount);
    }

    /// The caller is the oracle.
    function reportPayouts(bytes32 questionId, uint256[] calldata payouts) external {
        bytes32 conditionId = getConditionId(msg.sender, questionId, payouts.length);
        require(payoutNumerators[conditionId].length == payouts.length, "condition not prepared or found");
        require(payoutDenominator[conditionId] == 0, "payout denominator already set");
        uint256 den = 0;
        for (uint256 i = 0; i < payouts.length; ++i) {
            den += payouts[i];
            payoutNumerators[conditionId][i] = payouts[i];
        }
        require(den > 0, "payout is all zeroes");
        payoutDenominator[conditionId] = den;
        emit ConditionResolution(conditionId, msg.sender, questionId, payouts.length, payouts);
    }

    /// Sandbox only: the venue's token ids are the positions of this condition.
    function register(bytes32 conditionId, address collateral, uint256[2] calldata ids) external {
        positions[conditionId] = ids;
        collateralOf[conditionId] = collateral;
    }

    function positionsOf(bytes32 conditionId) external view returns (uint256[2] memory) {
        return positions[conditionId];
    }

    /// Pays what the caller holds. Another collateral than the condition's succeeds and pays nothing, as
    /// really: it names positions that nobody holds.
    function redeemPositions(
        address collateralToken, bytes32 parentCollectionId, bytes32 conditionId, uint256[] calldata indexSets
    ) external {
        uint256 den = payoutDenominator[conditionId];
        require(den > 0, "result for condition not received yet");
        bool held = parentCollectionId == 0 && collateralToken == collateralOf[conditionId];
        uint256 payout = 0;
        for (uint256 i = 0; i < indexSets.length; ++i) {
            require(indexSets[i] == 1 || indexSets[i] == 2, "got invalid index set");
            uint256 slot = indexSets[i] - 1;
            uint256 id = positions[conditionId][slot];
            uint256 stake = held ? balances[id][msg.sender] : 0;
            if (stake == 0) continue;
            payout += stake * payoutNumerators[conditionId][slot] / den;
            _burn(msg.sender, id, stake);
        }
        if (payout > 0) IStable(collateralToken).mint(msg.sender, payout);
        emit PayoutRedemption(msg.sender, collateralToken, parentCollectionId, conditionId, indexSets, payout);
    }

    // -- ERC-1155

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0xd9b67a26;
    }

    function balanceOf(address owner, uint256 id) external view returns (uint256) {
        require(owner != address(0), "ERC1155: balance query for the zero address");
        return balances[id][owner];
    }

    function balanceOfBatch(address[] calldata owners, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory all)
    {
        require(owners.length == ids.length, "ERC1155: owners and IDs must have same lengths");
        all = new uint256[](owners.length);
        for (uint256 i = 0; i < owners.length; ++i) all[i] = balances[ids[i]][owners[i]];
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata) external {
        _mayMove(from);
        _transfer(from, to, id, value);
        emit TransferSingle(msg.sender, from, to, id, value);
    }

    function safeBatchTransferFrom(
        address from, address to, uint256[] calldata ids, uint256[] calldata values, bytes calldata
    ) external {
        _mayMove(from);
        require(ids.length == values.length, "ERC1155: IDs and values must have same lengths");
        for (uint256 i = 0; i < ids.length; ++i) _transfer(from, to, ids[i], values[i]);
        emit TransferBatch(msg.sender, from, to, ids, values);
    }

    // -- the exchanges, when they settle

    function mintFor(address to, uint256 id, uint256 value) external onlyExchange {
        balances[id][to] += value;
        emit TransferSingle(msg.sender, address(0), to, id, value);
    }

    function burnFrom(address from, uint256 id, uint256 value) external onlyExchange {
        _burn(from, id, value);
    }

    modifier onlyExchange() {
        require(msg.sender == EXCHANGE || msg.sender == NEG_RISK_EXCHANGE, "only an exchange");
        _;
    }

    function _mayMove(address from) private view {
        require(
            from == msg.sender || isApprovedForAll[from][msg.sender],
            "ERC1155: need operator approval for 3rd party transfers."
        );
    }

    function _transfer(address from, address to, uint256 id, uint256 value) private {
        require(to != address(0), "ERC1155: target address must be non-zero");
        require(balances[id][from] >= value, "SafeMath: subtraction overflow");
        balances[id][from] -= value;
        balances[id][to] += value;
    }

    function _burn(address from, uint256 id, uint256 value) private {
        require(balances[id][from] >= value, "SafeMath: subtraction overflow");
        balances[id][from] -= value;
        emit TransferSingle(msg.sender, from, address(0), id, value);
    }
}

/// What both collateral adapters share: they take the caller's outcome tokens, redeem them at the
/// Conditional Tokens, and pay pUSD. Each selector can be switched off (then it reverts without data, as
/// one that is not there), and a part of the payout held back.
abstract contract TestAdapter {
    mapping(bytes4 => bool) public off;
    uint256 public shortBps; // of each payout, held back

    function setOff(bytes4 selector, bool off_) external { off[selector] = off_; }
    function setShort(uint256 bps) external { shortBps = bps; }

    modifier switched() {
        if (off[msg.sig]) assembly { revert(0, 0) }
        _;
    }

    function _collateral() internal pure virtual returns (address);

    /// The caller's whole balance of both outcomes. All arguments but the condition are ignored, as really.
    function redeemPositions(address, bytes32, bytes32 conditionId, uint256[] calldata) external switched {
        uint256[2] memory ids = TestConditionalTokens(CTF).positionsOf(conditionId);
        uint256[] memory amounts = new uint256[](2);
        for (uint256 i = 0; i < 2; ++i) amounts[i] = TestConditionalTokens(CTF).balanceOf(msg.sender, ids[i]);
        _redeem(conditionId, ids, amounts);
    }

    function _redeem(bytes32 conditionId, uint256[2] memory positions, uint256[] memory amounts) internal {
        (uint256[] memory ids, uint256[] memory sets) = (new uint256[](2), new uint256[](2));
        (ids[0], ids[1], sets[0], sets[1]) = (positions[0], positions[1], 1, 2);
        TestConditionalTokens(CTF).safeBatchTransferFrom(msg.sender, address(this), ids, amounts, "");
        TestConditionalTokens(CTF).redeemPositions(_collateral(), 0, conditionId, sets);
        uint256 paid = IStable(_collateral()).balanceOf(address(this));
        if (paid == 0) return;
        IStable(_collateral()).burn(address(this), paid);
        IStable(PUSD).mint(msg.sender, paid * (10_000 - shortBps) / 10_000);
    }
}

contract TestCtfAdapter is TestAdapter {
    function _collateral() internal pure override returns (address) { return USDCE; }
}

contract TestNegRiskAdapter is TestAdapter {
    function _collateral() internal pure override returns (address) { return WCOL; }

    /// The older form: amounts of both outcomes.
    function redeemPositions(bytes32 conditionId, uint256[] calldata amounts) external switched {
        _redeem(conditionId, TestConditionalTokens(CTF).positionsOf(conditionId), amounts);
    }
}

interface IERC1271 {
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
}

/// What was filled of an order, and the money and shares behind it. The word under an order's hash in
/// storage is (bool filled, uint248 remaining), so that a test may write it. Whether it would take an order is
/// said as really, but that whose Safe or proxy a maker is is not looked at.
contract TestExchange {
    struct Order {
        uint256 salt;
        address maker;
        address signer;
        uint256 tokenId;
        uint256 makerAmount;
        uint256 takerAmount;
        uint8 side;
        uint8 signatureType;
        uint256 timestamp;
        bytes32 metadata;
        bytes32 builder;
        bytes signature;
    }

    error InvalidSignature();
    error OrderAlreadyFilled();
    error UserIsPaused();

    event TradingPaused(address indexed pauser);
    event TradingUnpaused(address indexed pauser);

    bool public paused;
    mapping(uint256 => bool) public refused; // sandbox only: orders on these tokens

    function pauseTrading() external {
        paused = true;
        emit TradingPaused(msg.sender);
    }

    function unpauseTrading() external {
        paused = false;
        emit TradingUnpaused(msg.sender);
    }

    /// Sandbox only.
    function setRefused(uint256 tokenId, bool refused_) external { refused[tokenId] = refused_; }

    function hashOrder(Order calldata o) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polymarket CTF Exchange"),
                keccak256("2"),
                block.chainid,
                address(this)
            )
        );
        bytes memory head = abi.encode(
            keccak256(
                "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)"
            ),
            o.salt,
            o.maker,
            o.signer,
            o.tokenId,
            o.makerAmount,
            o.takerAmount
        );
        bytes memory rest = abi.encode(o.side, o.signatureType, o.timestamp, o.metadata, o.builder);
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(bytes.concat(head, rest))));
    }

    function validateOrder(Order calldata o) external view {
        bytes32 orderHash = hashOrder(o);
        validateOrderSignature(orderHash, o);
        if (refused[o.tokenId]) revert UserIsPaused();
        (bool filled,) = getOrderStatus(orderHash);
        if (filled) revert OrderAlreadyFilled();
    }

    function validateOrderSignature(bytes32 orderHash, Order calldata o) public view {
        if (!_isSigned(orderHash, o)) revert InvalidSignature();
    }

    function _isSigned(bytes32 orderHash, Order calldata o) private view returns (bool) {
        if (o.signatureType != 3)
            return recover(orderHash, o.signature) == o.signer && (o.signatureType != 0 || o.signer == o.maker);
        if (o.signer != o.maker || o.maker.code.length == 0) return false;
        (bool ok, bytes memory said) =
            o.maker.staticcall(abi.encodeCall(IERC1271.isValidSignature, (orderHash, o.signature)));
        return ok && said.length == 32 && abi.decode(said, (bytes32)) == bytes32(bytes4(0x1626ba7e));
    }

    struct Fill {
        bytes32 orderHash;
        address maker;
        uint8 side; // 0 buys
        uint256 tokenId;
        uint256 makerAmount;
        uint256 takerAmount;
        uint256 fee; // in pUSD: on top of a BUY, out of a SELL's proceeds
        bytes32 builder;
        bytes32 metadata;
    }

    event OrderFilled(
        bytes32 indexed orderHash,
        address indexed maker,
        address indexed taker,
        uint8 side,
        uint256 tokenId,
        uint256 makerAmountFilled,
        uint256 takerAmountFilled,
        uint256 fee,
        bytes32 builder,
        bytes32 metadata
    );
    /// Sandbox only: the fill at `index` of a settlement could not be settled.
    event Unsettled(uint256 index, bytes why);

    function getOrderStatus(bytes32 orderHash) public view returns (bool filled, uint248 remaining) {
        uint256 word;
        assembly { word := sload(orderHash) }
        return (word & 0xff != 0, uint248(word >> 8));
    }

    /// Each fill stands alone. Where not `strict`, what an account lacks counts as lent by the venue.
    function settle(Fill[] calldata fills, bool strict) external {
        for (uint256 i = 0; i < fills.length; ++i) {
            try this.settleOne(fills[i], strict) {}
            catch (bytes memory why) {
                emit Unsettled(i, why);
            }
        }
    }

    function settleOne(Fill calldata f, bool strict) external {
        require(msg.sender == address(this), "only by settle");
        bytes32 orderHash = f.orderHash;
        assembly { sstore(orderHash, 1) }
        if (f.side == 0) _buy(f, strict);
        else _sell(f, strict);
        emit OrderFilled(
            f.orderHash, f.maker, address(this), f.side, f.tokenId, f.makerAmount, f.takerAmount, f.fee, f.builder,
            f.metadata
        );
    }

    function _buy(Fill calldata f, bool strict) private {
        uint256 due = f.makerAmount + f.fee;
        if (strict) IStable(PUSD).transferFrom(f.maker, address(this), due);
        else IStable(PUSD).move(f.maker, address(this), _min(due, IStable(PUSD).balanceOf(f.maker)));
        TestConditionalTokens(CTF).mintFor(f.maker, f.tokenId, f.takerAmount);
    }

    function _sell(Fill calldata f, bool strict) private {
        uint256 given = f.makerAmount;
        if (strict) {
            require(TestConditionalTokens(CTF).isApprovedForAll(f.maker, address(this)), "exchange not approved");
        } else {
            given = _min(given, TestConditionalTokens(CTF).balanceOf(f.maker, f.tokenId));
        }
        TestConditionalTokens(CTF).burnFrom(f.maker, f.tokenId, given);
        IStable(PUSD).mint(f.maker, f.takerAmount - f.fee);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) { return a < b ? a : b; }
}

/// Who signed `hash` with these 65 bytes; nobody where they are something else.
function recover(bytes32 hash, bytes calldata signature) pure returns (address) {
    if (signature.length != 65) return address(0xdead);
    address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
    return signer == address(0) ? address(0xdead) : signer;
}

/// A deposit wallet: its factory alone may make it act (the relayer speaks as the factory), by batches in
/// the order of their nonce, all calls of one or none. What its owner signs in its name is wrapped (ERC-7739).
contract TestDepositWallet {
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    error OnlyFactory();

    address public owner;
    uint256 public nonce;

    /// The owner's 65 bytes, the asker's domain separator, the struct's hash, its type, that one's length. Another
    /// signature is none.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        uint256 end = signature.length;
        if (end < 65 + 64 + 2) return 0xffffffff;
        uint256 typeLength = uint16(bytes2(signature[end - 2:]));
        if (end != 65 + 64 + typeLength + 2) return 0xffffffff;
        bytes32 domain = bytes32(signature[65:97]);
        bytes32 contents = bytes32(signature[97:129]);
        if (keccak256(abi.encodePacked(hex"1901", domain, contents)) != hash) return 0xffffffff;
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)",
                signature[129:end - 2]
            )
        );
        bytes32 wrapped = keccak256(
            abi.encode(
                typeHash, contents, keccak256("DepositWallet"), keccak256("1"), block.chainid, address(this), bytes32(0)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, wrapped));
        return recover(digest, signature[:65]) == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    function execute(uint256 nonce_, Call[] calldata calls) external {
        if (msg.sender != FACTORY) revert OnlyFactory();
        require(nonce_ == nonce, "nonce");
        nonce += 1;
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory why) = calls[i].target.call{value: calls[i].value}(calls[i].data);
            if (!ok) assembly { revert(add(why, 32), mload(why)) }
        }
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return this.onERC1155BatchReceived.selector;
    }

    receive() external payable {}
}
