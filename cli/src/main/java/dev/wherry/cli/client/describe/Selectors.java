package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;

/** The selectors of objects as one text that the server takes. */
public final class Selectors {
  private Selectors() {}

  /** {@code a=b,c in (d,e)} of a LabelSelector, or of a plain map of labels; "" for none. */
  public static String text(JsonNode selector) {
    if (selector.has("matchLabels") || selector.has("matchExpressions")) {
      return Multiline.selector(selector);
    }
    StringJoiner text = new StringJoiner(",");
    selector.properties().forEach(e -> text.add(e.getKey() + "=" + e.getValue().asText()));
    return text.toString();
  }
}
