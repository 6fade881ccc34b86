package dev.wherry.cli;

import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.network.dns.forward.ForwardRule;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Who answers the cluster's DNS. The same is given to the server and to every agent.
 *
 * @param builtIn whether each node's agent does
 * @param addresses at which pods ask; none where there is no cluster DNS, and of the built-in one
 *     where only the API knows it
 * @param rules as on the command line, for what the built-in one asks of others
 */
public record DnsChoice(boolean builtIn, List<String> addresses, List<String> rules) {
  static final String BUILT_IN_WORD = "built-in";
  static final String NONE_WORD = "none";

  /** Every node's own agent, asking the host's servers. */
  public static final DnsChoice BUILT_IN = new DnsChoice(true, List.of(), List.of());

  public DnsChoice {
    addresses = List.copyOf(addresses);
    rules = List.copyOf(rules);
  }

  /**
   * What {@code --cluster-dns} and {@code --dns-forward} say.
   *
   * @param who {@code built-in}, {@code none}, or the address of a DNS that somebody else runs
   * @throws IllegalArgumentException with a sentence
   */
  static DnsChoice parse(String who, List<String> rules) {
    boolean builtIn = who.equals(BUILT_IN_WORD);
    if (!builtIn && !rules.isEmpty()) {
      throw new IllegalArgumentException(
          "--dns-forward is for --cluster-dns=built-in; '" + who + "' has rules of its own");
    }
    DnsChoice choice = new DnsChoice(builtIn, addresses(who), rules);
    try {
      choice.forwardRules();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--dns-forward " + e.getMessage(), e);
    }
    return choice;
  }

  private static List<String> addresses(String who) {
    if (who.equals(BUILT_IN_WORD) || who.equals(NONE_WORD)) {
      return List.of();
    }
    try {
      return List.of(InetAddress.ofLiteral(who).getHostAddress());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--cluster-dns " + who + ": write built-in, none or the address of a DNS server", e);
    }
  }

  List<ForwardRule> forwardRules() {
    List<ForwardRule> parsed = new ArrayList<>();
    rules.forEach(rule -> parsed.add(ForwardRule.parse(rule)));
    return parsed;
  }

  /** The address that the Service of built-in DNS has; "" where DNS is somebody else's. */
  String serviceAddress(ClusterRanges ranges) {
    return builtIn ? ranges.dnsAddress() : "";
  }

  /** The same with the address at which pods ask the built-in DNS. */
  DnsChoice at(String address) {
    return builtIn ? new DnsChoice(true, List.of(address), rules) : this;
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (!builtIn) {
      arguments.add("--cluster-dns=" + (addresses.isEmpty() ? NONE_WORD : addresses.getFirst()));
    }
    rules.forEach(rule -> arguments.add("--dns-forward=" + rule));
    return arguments;
  }
}
