// SPDX-License-Identifier: MIT
pragma solidity ^0.8.22;

// Test-only tokens. They have neither constructor state nor immutables that matter, so their runtime code
// can be placed at the address of the real token; EIP-712 domains then equal the production ones.

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// A 6-decimal stablecoin with EIP-3009 in both overloads. Signatures of accounts with code are checked by
/// EIP-1271; for the others low s and v in {27, 28} are required.
abstract contract TestStable is ERC20("", "") {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 public constant TRANSFER_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 public constant RECEIVE_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 public constant CANCEL_AUTHORIZATION_TYPEHASH =
        keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    address public owner;
    mapping(address => bool) public minter;
    mapping(address => bool) public blocked;
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    modifier onlyMinter() {
        require(minter[msg.sender], "not minter");
        _;
    }

    modifier onlyNotBlocked() {
        require(!blocked[msg.sender], "caller is blocked");
        _;
    }

    /// Once, by whoever placed the code (the live tokens are proxies with the same step).
    function initialize(address owner_) external {
        require(owner == address(0), "already initialized");
        owner = owner_;
        minter[owner_] = true;
    }

    function setMinter(address who, bool on) external onlyOwner { minter[who] = on; }
    function setBlocked(address who, bool on) external onlyOwner { blocked[who] = on; }

    function decimals() public pure override returns (uint8) { return 6; }
    function _version() internal pure virtual returns (string memory);

    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(abi.encode(
            DOMAIN_TYPE, keccak256(bytes(name())), keccak256(bytes(_version())), block.chainid, address(this)
        ));
    }

    function mint(address to, uint256 amount) external onlyMinter returns (bool) {
        _mint(to, amount);
        return true;
    }

    function burn(address from, uint256 amount) external onlyMinter returns (bool) {
        _burn(from, amount);
        return true;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[from] && !blocked[to], "account is blocked");
        super._update(from, to, value);
    }

    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        uint8 v, bytes32 r, bytes32 s
    ) external {
        transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        bytes memory signature
    ) public onlyNotBlocked {
        _requireWindow(validAfter, validBefore);
        _use(from, nonce, keccak256(abi.encode(
            TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce
        )), signature);
        _transfer(from, to, value);
    }

    function receiveWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        uint8 v, bytes32 r, bytes32 s
    ) external {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function receiveWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        bytes memory signature
    ) public onlyNotBlocked {
        require(to == msg.sender, "caller must be the payee");
        _requireWindow(validAfter, validBefore);
        _use(from, nonce, keccak256(abi.encode(
            RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce
        )), signature);
        _transfer(from, to, value);
    }

    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        cancelAuthorization(authorizer, nonce, abi.encodePacked(r, s, v));
    }

    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) public onlyNotBlocked {
        _check(authorizer, nonce, keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), signature);
        emit AuthorizationCanceled(authorizer, nonce);
    }

    function _requireWindow(uint256 validAfter, uint256 validBefore) private view {
        require(block.timestamp > validAfter, "authorization is not yet valid");
        require(block.timestamp < validBefore, "authorization is expired");
    }

    function _use(address authorizer, bytes32 nonce, bytes32 structHash, bytes memory signature) private {
        _check(authorizer, nonce, structHash, signature);
        emit AuthorizationUsed(authorizer, nonce);
    }

    /// Marks the nonce and requires a valid signature of `authorizer` over `structHash`.
    function _check(address authorizer, bytes32 nonce, bytes32 structHash, bytes memory signature) private {
        require(!authorizationState[authorizer][nonce], "authorization is used or canceled");
        authorizationState[authorizer][nonce] = true;
        bytes32 digest = MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR(), structHash);
        require(SignatureChecker.isValidSignatureNow(authorizer, digest, signature), "invalid signature");
    }
}

/// Domain ("USDT0", "1", chain, this). Like the live token it has no version() getter.
contract TestUSDT0 is TestStable {
    function name() public pure override returns (string memory) { return "USDT0"; }
    function symbol() public pure override returns (string memory) { return "USDT0"; }
    function _version() internal pure override returns (string memory) { return "1"; }
}

contract TestUSDC is TestStable {
    function name() public pure override returns (string memory) { return "USD Coin"; }
    function symbol() public pure override returns (string memory) { return "USDC"; }
    function version() external pure returns (string memory) { return "2"; }
    function _version() internal pure override returns (string memory) { return "2"; }
}

contract TestUSDCe is TestStable {
    function name() public pure override returns (string memory) { return "USD Coin (PoS)"; }
    function symbol() public pure override returns (string memory) { return "USDC.e"; }
    function _version() internal pure override returns (string memory) { return "1"; }
}

/// Polymarket's collateral: 6 decimals, 1:1 with USDC.e. The exchanges move it without an allowance when
/// they settle what the venue lent (TestPolymarket.sol).
contract TestPUSD is TestStable {
    function name() public pure override returns (string memory) { return "Polymarket USD"; }
    function symbol() public pure override returns (string memory) { return "pUSD"; }
    function _version() internal pure override returns (string memory) { return "1"; }

    function move(address from, address to, uint256 amount) external onlyMinter {
        _transfer(from, to, amount);
    }
}

/// What the positions of neg-risk markets are keyed to.
contract TestWrappedCollateral is TestStable {
    function name() public pure override returns (string memory) { return "Wrapped Collateral"; }
    function symbol() public pure override returns (string memory) { return "WCOL"; }
    function _version() internal pure override returns (string memory) { return "1"; }
}

/// A contract wallet that accepts what its owner signed (EIP-1271), for tests of that path.
contract TestWallet1271 {
    address public immutable owner;
    constructor(address owner_) { owner = owner_; }

    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        return SignatureChecker.isValidSignatureNow(owner, hash, signature) ? this.isValidSignature.selector : bytes4(0);
    }
}
