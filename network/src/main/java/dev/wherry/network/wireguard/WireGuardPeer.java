package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * Another end of an interface.
 *
 * @param publicKey 32 bytes
 * @param endpoint where it is; what it sends from elsewhere moves it there
 * @param allowed what is sent to it and may come from it
 */
public record WireGuardPeer(Bytes publicKey, Optional<Endpoint> endpoint, List<Cidr> allowed) {
  public WireGuardPeer {
    allowed = List.copyOf(allowed);
  }
}
