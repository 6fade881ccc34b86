package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
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
    String apiVersion = object.path("apiVersion").asText("");
    int slash = apiVersion.indexOf('/');
    String group = slash < 0 ? "" : "." + apiVersion.substring(0, slash);
    String kind = object.path("kind").asText("").toLowerCase(Locale.ROOT);
    return kind + group + "/" + object.path("metadata").path("name").asText("");
  }
}
