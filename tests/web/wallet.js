// Injected into the page: an EIP-1193 wallet announced by EIP-6963. Its key stays in the test's process, which signs.
// Options (window.__wallets, one each): name, accounts, chainId, known: chain ids, strict: refuses typed data for another
// chain, reject: methods its user says no to, silent: methods it never answers, locked, quiet: does not announce itself.
(() => {
  const fail = (code, message) => Object.assign(new Error(message), { code });
  window.__made = (window.__wallets ?? []).map((o) => {
    const listeners = {};
    const emit = (e, ...x) => (listeners[e] ?? []).forEach((f) => f(...x));
    let connected = o.connected ?? false;
    const log = [];
    async function handle(method, params) {
      if (o.silent?.includes(method)) return new Promise(() => {});
      if (o.reject?.includes(method)) throw fail(4001, 'User rejected the request.');
      switch (method) {
        case 'eth_requestAccounts': connected = true; return o.locked ? [] : [o.accounts[0]];
        case 'eth_accounts': return connected && !o.locked ? [o.accounts[0]] : [];
        case 'eth_chainId': return `0x${o.chainId.toString(16)}`;
        case 'wallet_switchEthereumChain': case 'wallet_addEthereumChain': {
          const id = Number(params[0].chainId);
          if (method === 'wallet_addEthereumChain') {
            if (!params[0].rpcUrls?.[0]?.startsWith('http')) throw fail(-32602, 'rpcUrls');
            o.known.push(id);
          }
          if (!o.known.includes(id)) throw fail(4902, 'Unrecognized chain ID. Try adding the chain first.');
          if (o.stays) return null;
          o.chainId = id;
          emit('chainChanged', params[0].chainId);
          return null;
        }
        case 'personal_sign': return window.__sign('message', o.accounts[0], params[0]);
        case 'eth_signTypedData_v4': {
          const t = JSON.parse(params[1]);
          if (params[0].toLowerCase() !== o.accounts[0].toLowerCase()) throw fail(4100, 'unauthorized');
          if (o.strict && Number(t.domain.chainId) !== o.chainId) throw fail(-32603, `Provided chainId "${t.domain.chainId}" must match the active chainId "${o.chainId}"`);
          return window.__sign('typed', o.accounts[0], params[1]);
        }
        default: throw fail(4200, `unsupported ${method}`);
      }
    }
    const provider = {
      async request({ method, params = [] }) {
        const entry = { method, params };
        log.push(entry);
        try {
          return await handle(method, params);
        } catch (e) {
          entry.error = e.code;
          throw e;
        }
      },
      on: (e, f) => void (listeners[e] ??= []).push(f),
      removeListener: (e, f) => void (listeners[e] = (listeners[e] ?? []).filter((x) => x !== f)),
    };
    const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><circle cx='4' cy='4' r='4' fill='purple'/></svg>";
    const detail = Object.freeze({ info: { uuid: crypto.randomUUID(), name: o.name ?? 'Test wallet', icon, rdns: o.rdns ?? `test.${(o.name ?? 'wallet').toLowerCase().replaceAll(' ', '.')}` }, provider });
    const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
    if (!o.quiet) {
      window.addEventListener('eip6963:requestProvider', announce);
      announce();
    } else window.ethereum = provider;
    return {
      o, log,
      use: (account) => ((o.accounts = [account]), emit('accountsChanged', [account])),
      lock: () => ((o.locked = true), emit('accountsChanged', [])),
    };
  });
})();
