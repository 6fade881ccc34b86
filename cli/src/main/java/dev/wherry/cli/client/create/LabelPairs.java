package dev.wherry.cli.client.create;

import dev.wherry.cli.client.failure.ClientException;
import java.util.Map;
import java.util.TreeMap;

/** Labels on the command line, as the verbs that make objects take them. */
public final class LabelPairs {
  private LabelPairs() {}

  /**
   * Reads {@code a=b,c=d}.
   *
   * @throws ClientException in kubectl's words
   */
  public static Map<String, String> parse(String text) {
    Map<String, String> labels = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", -1);
      if (pair.length != 2) {
        throw ClientException.error("unexpected label spec: " + part);
      }
      if (pair[0].isEmpty()) {
        throw ClientException.error("unexpected empty label key");
      }
      labels.put(pair[0], pair[1]);
    }
    return labels;
  }
}
