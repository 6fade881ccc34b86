package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.kind.GroupVersion;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints {@code pod/x} or {@code deployment.apps/x}, and what happened to it.
 *
 * @param done such as {@code created}, "" for the name alone
 */
public record NamePrinter(PrintStream out, String done) implements ObjectPrinter {
  @Override
  public void print(JsonNode object) {
    if (object.path("items").isArray()) {
      object.path("items").forEach(this::print);
      return;
    }
    out.println(name(object) + (done.isEmpty() ? "" : " " + done));
  }

  /** {@code pod/x} of an object. */
  public static String name(JsonNode object) {
    String group = GroupVersion.of(object).group();
    String kind = object.path("kind").asText("").toLowerCase(Locale.ROOT);
    return kind
        + (group.isEmpty() ? "" : "." + group)
        + "/"
        + object.path("metadata").path("name").asText("");
  }
}
