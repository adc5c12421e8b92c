// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

// Test-only stand-ins for Circle's CCTP v2, written anew with the same ABI, events, message format and reverts,
// because npm has none compiled. No constructors and no immutables: their runtime code is placed at the real
// addresses. The messenger is its own minter; there are no roles beside the owner, who is whoever initializes first.

interface IStable {
    function transferFrom(address, address, uint256) external returns (bool);
    function mint(address, uint256) external returns (bool);
    function burn(address, uint256) external returns (bool);
}

uint32 constant VERSION = 1; // of messages and of their bodies: CCTP v2 has 1 in both
uint32 constant FINALIZED = 2000;
uint32 constant LOWEST_FINALITY = 500;

abstract contract Owned {
    address public owner;

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    function _initializeOwner() internal {
        require(owner == address(0), "Initializable: invalid initialization");
        owner = msg.sender;
    }
}

/// Sends and receives messages. Offsets: version 0, source 4, destination 8, nonce 12, sender 44, recipient 76,
/// destinationCaller 108, minFinalityThreshold 140, finalityThresholdExecuted 144, body 148.
contract TestMessageTransmitterV2 is Owned {
    event MessageSent(bytes message);
    event MessageReceived(
        address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender,
        uint32 indexed finalityThresholdExecuted, bytes messageBody
    );

    uint32 public localDomain;
    uint32 public constant version = VERSION;
    uint256 public constant maxMessageBodySize = 8192;
    bool public paused;
    mapping(bytes32 => uint256) public usedNonces;
    address[] private attesters_;

    /// The attesters in increasing order; all of them sign.
    function initialize(uint32 localDomain_, address[] calldata attesters) external {
        _initializeOwner();
        localDomain = localDomain_;
        attesters_ = attesters;
    }

    function setPaused(bool on) external onlyOwner { paused = on; }
    function signatureThreshold() public view returns (uint256) { return attesters_.length; }
    function getNumEnabledAttesters() external view returns (uint256) { return attesters_.length; }
    function getEnabledAttester(uint256 index) external view returns (address) { return attesters_[index]; }

    function sendMessage(
        uint32 destinationDomain, bytes32 recipient, bytes32 destinationCaller, uint32 minFinalityThreshold,
        bytes calldata messageBody
    ) external {
        require(!paused, "Pausable: paused");
        require(destinationDomain != localDomain, "Domain is local domain");
        require(messageBody.length <= maxMessageBodySize, "Message body exceeds max size");
        require(recipient != bytes32(0), "Recipient must be nonzero");
        // nonce and executed finality are the attester's to fill in
        emit MessageSent(abi.encodePacked(
            VERSION, localDomain, destinationDomain, bytes32(0), bytes32(uint256(uint160(msg.sender))), recipient,
            destinationCaller, minFinalityThreshold, uint32(0), messageBody
        ));
    }

    function receiveMessage(bytes calldata message, bytes calldata attestation) external returns (bool) {
        require(!paused, "Pausable: paused");
        _requireSigned(message, attestation);
        require(message.length >= 148, "Invalid message: too short");
        require(uint32(bytes4(message[8:12])) == localDomain, "Invalid destination domain");
        bytes32 caller = bytes32(message[108:140]);
        require(caller == 0 || caller == bytes32(uint256(uint160(msg.sender))), "Invalid caller for message");
        require(uint32(bytes4(message[0:4])) == VERSION, "Invalid message version");
        bytes32 nonce = bytes32(message[12:44]);
        require(usedNonces[nonce] == 0, "Nonce already used");
        usedNonces[nonce] = 1;
        _deliver(message, nonce);
        return true;
    }

    function _deliver(bytes calldata message, bytes32 nonce) private {
        uint32 source = uint32(bytes4(message[4:8]));
        bytes32 sender = bytes32(message[44:76]);
        uint32 executed = uint32(bytes4(message[144:148]));
        bytes calldata body = message[148:];
        TestTokenMessengerV2 recipient = TestTokenMessengerV2(address(uint160(uint256(bytes32(message[76:108])))));
        if (executed < FINALIZED) recipient.handleReceiveUnfinalizedMessage(source, sender, executed, body);
        else recipient.handleReceiveFinalizedMessage(source, sender, executed, body);
        emit MessageReceived(msg.sender, source, nonce, sender, executed, body);
    }

    function _requireSigned(bytes calldata message, bytes calldata attestation) private view {
        uint256 count = attesters_.length;
        require(attestation.length == 65 * count, "Invalid attestation length");
        bytes32 digest = keccak256(message);
        address latest = address(0);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata one = attestation[65 * i:65 * (i + 1)];
            address signer = ecrecover(digest, uint8(one[64]), bytes32(one[0:32]), bytes32(one[32:64]));
            require(signer > latest, "Invalid signature order or dupe");
            require(_isAttester(signer), "Invalid signature: not attester");
            latest = signer;
        }
    }

    function _isAttester(address who) private view returns (bool) {
        for (uint256 i = 0; i < attesters_.length; ++i) if (attesters_[i] == who) return true;
        return false;
    }
}

/// Burns here, mints there. Body offsets: version 0, burnToken 4, mintRecipient 36, amount 68, messageSender 100,
/// maxFee 132, feeExecuted 164, expirationBlock 196, hookData 228.
contract TestTokenMessengerV2 is Owned {
    event DepositForBurn(
        address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient,
        uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee,
        uint32 indexed minFinalityThreshold, bytes hookData
    );
    event MintAndWithdraw(
        address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected
    );

    uint32 public constant messageBodyVersion = VERSION;
    address public localMessageTransmitter;
    address public localMinter;
    address public feeRecipient;
    mapping(uint32 => bytes32) public remoteTokenMessengers;
    mapping(address => uint256) public burnLimitsPerMessage;
    mapping(bytes32 => address) private localTokens_; // keccak256(domain, remote token) -> token here

    /// `token` may be burnt here up to `limit` a message; on `domains` stand the same messenger and `remoteTokens`.
    function initialize(
        address transmitter, address feeRecipient_, address token, uint256 limit, uint32[] calldata domains,
        address[] calldata remoteTokens
    ) external {
        _initializeOwner();
        localMessageTransmitter = transmitter;
        feeRecipient = feeRecipient_;
        localMinter = address(this);
        burnLimitsPerMessage[token] = limit;
        for (uint256 i = 0; i < domains.length; ++i) {
            remoteTokenMessengers[domains[i]] = bytes32(uint256(uint160(address(this))));
            bytes32 remote = bytes32(uint256(uint160(remoteTokens[i])));
            localTokens_[keccak256(abi.encodePacked(domains[i], remote))] = token;
        }
    }

    function setMaxBurnAmountPerMessage(address token, uint256 limit) external onlyOwner {
        burnLimitsPerMessage[token] = limit;
    }

    struct Burn {
        uint256 amount;
        uint32 domain;
        bytes32 mintRecipient;
        address token;
        bytes32 destinationCaller;
        uint256 maxFee;
        uint32 minFinalityThreshold;
        bytes hookData;
    }

    function depositForBurn(
        uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller,
        uint256 maxFee, uint32 minFinalityThreshold
    ) external {
        _burn(Burn(
            amount, destinationDomain, mintRecipient, burnToken, destinationCaller, maxFee, minFinalityThreshold, ""
        ));
    }

    function depositForBurnWithHook(
        uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller,
        uint256 maxFee, uint32 minFinalityThreshold, bytes calldata hookData
    ) external {
        require(hookData.length > 0, "Hook data is empty");
        _burn(Burn(
            amount, destinationDomain, mintRecipient, burnToken, destinationCaller, maxFee, minFinalityThreshold,
            hookData
        ));
    }

    function handleReceiveFinalizedMessage(uint32 domain, bytes32 sender, uint32, bytes calldata body)
        external returns (bool)
    {
        _requireFromMessenger(domain, sender, body);
        _mint(domain, body, 0);
        return true;
    }

    function handleReceiveUnfinalizedMessage(uint32 domain, bytes32 sender, uint32 executed, bytes calldata body)
        external returns (bool)
    {
        require(executed >= LOWEST_FINALITY, "Unsupported finality threshold");
        _requireFromMessenger(domain, sender, body);
        uint256 expiration = uint256(bytes32(body[196:228]));
        require(expiration == 0 || expiration > block.number, "Message expired and must be re-signed");
        uint256 fee = uint256(bytes32(body[164:196]));
        require(fee == 0 || fee < uint256(bytes32(body[68:100])), "Fee equals or exceeds amount");
        require(fee <= uint256(bytes32(body[132:164])), "Fee exceeds max fee");
        _mint(domain, body, fee);
        return true;
    }

    function _burn(Burn memory b) private {
        require(b.amount > 0, "Amount must be nonzero");
        require(b.mintRecipient != bytes32(0), "Mint recipient must be nonzero");
        require(b.maxFee < b.amount, "Max fee must be less than amount");
        bytes32 remote = remoteTokenMessengers[b.domain];
        require(remote != bytes32(0), "No TokenMessenger for domain");
        require(IStable(b.token).transferFrom(msg.sender, localMinter, b.amount), "Transfer operation failed");
        require(burnLimitsPerMessage[b.token] > 0, "Burn token not supported");
        require(b.amount <= burnLimitsPerMessage[b.token], "Burn amount exceeds per tx limit");
        IStable(b.token).burn(localMinter, b.amount);
        TestMessageTransmitterV2(localMessageTransmitter).sendMessage(
            b.domain, remote, b.destinationCaller, b.minFinalityThreshold, _body(b)
        );
        emit DepositForBurn(
            b.token, b.amount, msg.sender, b.mintRecipient, b.domain, remote, b.destinationCaller, b.maxFee,
            b.minFinalityThreshold, b.hookData
        );
    }

    function _body(Burn memory b) private view returns (bytes memory) {
        return abi.encodePacked(
            VERSION, bytes32(uint256(uint160(b.token))), b.mintRecipient, b.amount,
            bytes32(uint256(uint160(msg.sender))), b.maxFee, uint256(0), uint256(0), b.hookData
        );
    }

    function getLocalToken(uint32 domain, bytes32 remoteToken) external view returns (address) {
        return localTokens_[keccak256(abi.encodePacked(domain, remoteToken))];
    }

    function _requireFromMessenger(uint32 domain, bytes32 sender, bytes calldata body) private view {
        require(msg.sender == localMessageTransmitter, "Invalid message transmitter");
        require(sender != 0 && remoteTokenMessengers[domain] == sender, "Remote TokenMessenger unsupported");
        require(body.length >= 228, "Invalid message: too short");
        require(uint32(bytes4(body[0:4])) == VERSION, "Invalid message body version");
    }

    function _mint(uint32 domain, bytes calldata body, uint256 fee) private {
        address token = localTokens_[keccak256(abi.encodePacked(domain, bytes32(body[4:36])))];
        require(token != address(0), "Mint token not supported");
        address recipient = address(uint160(uint256(bytes32(body[36:68]))));
        uint256 amount = uint256(bytes32(body[68:100])) - fee;
        IStable(token).mint(recipient, amount);
        if (fee > 0) IStable(token).mint(feeRecipient, fee);
        emit MintAndWithdraw(recipient, amount, token, fee);
    }
}
