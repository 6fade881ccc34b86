package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A chain that drops what comes from outside some ranges: a Service's loadBalancerSourceRanges. Two
 * Services with the same ranges share it. Pods and the host itself pass, as with upstream's proxy
 * they do not go through the balancer.
 */
record GuardChain(AddressFamily family, List<Cidr> ranges) implements OwnedChain {
  /** Enough of a digest that nobody can aim at another Service's chain. */
  private static final int NAME_BYTES = 16;

  GuardChain {
    ranges = List.copyOf(ranges);
  }

  @Override
  public String name() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(ranges.toString().getBytes(StandardCharsets.UTF_8));
      return "guard" + family.suffix() + "-" + HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public Chain chain(NodeFacts facts) {
    List<Rule> rules = new ArrayList<>();
    facts.pods(family).ifPresent(pods -> rules.add(pass(pods)));
    ranges.forEach(range -> rules.add(pass(range)));
    rules.add(
        Rules.of(family)
            .then(Matches.hostAddress(true, false))
            .then(new Expression.Decide(Verdict.DROP))
            .rule());
    return new Chain(name(), Optional.empty(), rules);
  }

  private Rule pass(Cidr range) {
    return Rules.of(family)
        .then(Matches.source(family, 0))
        .then(Matches.within(range, true))
        .then(new Expression.Decide(Verdict.RETURN))
        .rule();
  }
}
