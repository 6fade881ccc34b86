package dev.wherry.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a node's network are Wherry's own. The pod network is the same for the server and
 * every agent; the Service proxy is each node's own affair.
 *
 * @param pods whether pods are connected by it, else by a CNI plugin that the user installs
 * @param services whether Services are balanced by it, else by a proxy that the user runs
 */
public record NetworkChoice(boolean pods, boolean services) {
  static final String BUILT_IN_WORD = "built-in";
  static final String NONE_WORD = "none";

  /** Everything. */
  public static final NetworkChoice BUILT_IN = new NetworkChoice(true, true);

  /**
   * What {@code --pod-network} and {@code --service-proxy} say.
   *
   * @throws IllegalArgumentException with a sentence
   */
  static NetworkChoice parse(String pods, String services) {
    return new NetworkChoice(builtIn("--pod-network", pods), builtIn("--service-proxy", services));
  }

  private static boolean builtIn(String flag, String word) {
    if (!word.equals(BUILT_IN_WORD) && !word.equals(NONE_WORD)) {
      throw new IllegalArgumentException(flag + " " + word + ": write built-in or none");
    }
    return word.equals(BUILT_IN_WORD);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (!pods) {
      arguments.add("--pod-network=" + NONE_WORD);
    }
    if (!services) {
      arguments.add("--service-proxy=" + NONE_WORD);
    }
    return arguments;
  }
}
