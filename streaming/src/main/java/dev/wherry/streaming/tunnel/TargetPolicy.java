package dev.wherry.streaming.tunnel;

import java.net.InetSocketAddress;
import java.util.Optional;

/** Which targets an agent connects to for the API server. */
@FunctionalInterface
public interface TargetPolicy {
  /**
   * @param authority as {@link DialTarget#authority} writes it
   * @return where to connect, or empty to refuse
   */
  Optional<InetSocketAddress> resolve(String authority);

  /**
   * Serves the agent's own HTTPS server at the given address, and any other target that is an IP
   * address literal; names are refused, so that nobody can make the agent ask a DNS server.
   */
  static TargetPolicy kubeletAndAddresses(InetSocketAddress kubelet) {
    return authority -> {
      if (authority.equals(TunnelProtocol.KUBELET_AUTHORITY)) {
        return Optional.of(kubelet);
      }
      return AuthorityLiteral.parse(authority);
    };
  }
}
