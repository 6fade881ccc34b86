package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is to change about one peer of an interface. */
public sealed interface PeerChange {
  /** It goes. */
  record Removed(Bytes publicKey) implements PeerChange {}

  /**
   * It comes, or gets these ranges in place of its others.
   *
   * @param moved whether its endpoint is told too
   */
  record Written(WireGuardPeer peer, boolean moved) implements PeerChange {}

  /**
   * What makes present peers the wanted ones, removals first. A peer behind a translating router is
   * elsewhere than it is said to be, where the kernel has found it: its endpoint is told when it is
   * new or is said to be elsewhere than it was. Pure.
   *
   * @param told what was told last; none after a start
   */
  static List<PeerChange> between(
      List<WireGuardPeer> present, List<WireGuardPeer> wanted, List<WireGuardPeer> told) {
    Map<Bytes, WireGuardPeer> now = byKey(present);
    Map<Bytes, WireGuardPeer> next = byKey(wanted);
    Map<Bytes, WireGuardPeer> last = byKey(told);
    List<PeerChange> changes = new ArrayList<>();
    for (WireGuardPeer each : present) {
      if (!next.containsKey(each.publicKey())) {
        changes.add(new Removed(each.publicKey()));
      }
    }
    for (WireGuardPeer each : wanted) {
      WireGuardPeer there = now.get(each.publicKey());
      WireGuardPeer before = last.get(each.publicKey());
      boolean moved =
          there == null
              || (!there.endpoint().equals(each.endpoint())
                  && (before == null || !before.endpoint().equals(each.endpoint())));
      boolean same =
          there != null && Set.copyOf(there.allowed()).equals(Set.copyOf(each.allowed()));
      if (moved || !same) {
        changes.add(new Written(each, moved));
      }
    }
    return changes;
  }

  private static Map<Bytes, WireGuardPeer> byKey(List<WireGuardPeer> peers) {
    return peers.stream()
        .collect(
            Collectors.toMap(WireGuardPeer::publicKey, Function.identity(), (first, _) -> first));
  }
}
