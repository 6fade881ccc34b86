package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Chain;

/** A chain that exists while an element leads to it. Equal ones are one. */
sealed interface OwnedChain permits PickChain, GuardChain {
  String name();

  Chain chain(NodeFacts facts);
}
