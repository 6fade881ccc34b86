package dev.wherry.network.policy;

import dev.wherry.network.nftables.Expression;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Matches;

/** Which way packets go, seen from the pods that a policy is about. */
enum Direction {
  INGRESS("ingress"),
  EGRESS("egress");

  private final String word;

  Direction(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  /** The map from a judged pod's address to its chain. */
  String subjects(AddressFamily family) {
    return word + family.suffix();
  }

  /** Loads the address of the judged pod. */
  Expression subject(AddressFamily family, int to) {
    return this == INGRESS ? Matches.destination(family, to) : Matches.source(family, to);
  }

  /** Loads the address of whoever is on the other side. */
  Expression peer(AddressFamily family, int to) {
    return this == INGRESS ? Matches.source(family, to) : Matches.destination(family, to);
  }
}
