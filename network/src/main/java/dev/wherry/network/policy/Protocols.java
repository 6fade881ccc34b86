package dev.wherry.network.policy;

import java.util.Optional;

/** The protocols that ports of policies have, by their IP numbers. */
final class Protocols {
  private Protocols() {}

  /** The number of a protocol; TCP where none is named, empty for one that is unknown. */
  static Optional<Integer> number(String name) {
    return switch (name) {
      case "", "TCP" -> Optional.of(6);
      case "UDP" -> Optional.of(17);
      case "SCTP" -> Optional.of(132);
      default -> Optional.empty();
    };
  }
}
