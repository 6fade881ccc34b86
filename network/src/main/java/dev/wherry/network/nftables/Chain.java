package dev.wherry.network.nftables;

import dev.wherry.network.netlink.MessageWriter;
import java.util.List;
import java.util.Optional;

/** A chain with its rules, in order. */
public record Chain(String name, Optional<Hook> hook, List<Rule> rules) {
  public Chain {
    rules = List.copyOf(rules);
  }

  /** A rule: expressions from left to right, the first that does not match ends it. */
  public record Rule(List<Expression> expressions) {
    public Rule {
      expressions = List.copyOf(expressions);
    }

    public static Rule of(Expression... expressions) {
      return new Rule(List.of(expressions));
    }
  }

  /** Where the kernel calls packets' chains (NF_INET_*). */
  public enum Point {
    PREROUTING,
    INPUT,
    FORWARD,
    OUTPUT,
    POSTROUTING
  }

  /**
   * Binds a base chain.
   *
   * @param type {@code filter} or {@code nat}
   * @param priority lower ones come first
   */
  public record Hook(String type, Point point, int priority) {}

  /** All that the kernel is told of some rules, for names after their content. */
  public static byte[] content(List<Rule> rules) {
    MessageWriter out = new MessageWriter().begin(0, 0, 0);
    rules.forEach(rule -> ExpressionWriter.rule(out, rule));
    return out.toArray();
  }

  public static Chain of(String name, Rule... rules) {
    return new Chain(name, Optional.empty(), List.of(rules));
  }

  public static Chain base(String name, Hook hook, List<Rule> rules) {
    return new Chain(name, Optional.of(hook), rules);
  }
}
