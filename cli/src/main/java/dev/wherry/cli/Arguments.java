package dev.wherry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What kubectl's parser allows and picocli does not. */
final class Arguments {
  /** Flags that stand alone with a meaning of their own; a value is only ever attached by "=". */
  private static final Map<String, String> BARE =
      Map.of(
          "--dry-run", "--dry-run=unchanged",
          "--validate", "--validate=strict",
          "--cascade", "--cascade=background");

  private static final Set<String> GLOBAL_WITH_VALUE =
      Set.of(
          "--kubeconfig",
          "--context",
          "--cluster",
          "--user",
          "-n",
          "--namespace",
          "-s",
          "--server",
          "--token",
          "--certificate-authority",
          "--client-certificate",
          "--client-key",
          "--tls-server-name",
          "--as",
          "--as-group",
          "--request-timeout");

  private Arguments() {}

  /**
   * Flags before the verb move behind it; bare flags get their value. Behind "--" nothing changes.
   */
  static String[] normalized(String[] args) {
    List<String> words = new ArrayList<>();
    int verb = verb(args);
    if (verb < args.length) {
      words.add(args[verb]);
    }
    boolean literal = false;
    for (int i = 0; i < args.length; i++) {
      if (i == verb) {
        continue;
      }
      literal |= args[i].equals("--");
      words.add(literal ? args[i] : BARE.getOrDefault(args[i], args[i]));
    }
    return words.toArray(String[]::new);
  }

  private static int verb(String[] args) {
    int i = 0;
    while (i < args.length && args[i].startsWith("-")) {
      i += GLOBAL_WITH_VALUE.contains(args[i]) ? 2 : 1;
    }
    return i;
  }
}
