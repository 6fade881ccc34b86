package dev.wherry.cli.client.wait;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.cli.client.jsonpath.JsonPathException;
import dev.wherry.cli.client.print.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A value of {@code --for} (kubectl pkg/cmd/wait). */
sealed interface Expectation {
  /** The object is there. */
  record Created() implements Expectation {}

  /** The object is gone. */
  record Deleted() implements Expectation {}

  /** A condition of the status has a value. */
  record Condition(String type, String status) implements Expectation {
    boolean met(JsonNode object) {
      long generation = object.path("metadata").path("generation").asLong();
      for (JsonNode condition : object.path("status").path("conditions")) {
        if (!condition.path("type").asText("").equalsIgnoreCase(type)) {
          continue;
        }
        JsonNode observed =
            condition.has("observedGeneration")
                ? condition.path("observedGeneration")
                : object.path("status").path("observedGeneration");
        boolean stale = observed.isNumber() && observed.asLong() < generation;
        return !stale && condition.path("status").asText("").equalsIgnoreCase(status);
      }
      return false;
    }
  }

  /**
   * An expression finds a value.
   *
   * @param value "" for any
   */
  record Path(JsonPath path, String value) implements Expectation {
    boolean met(JsonNode object) {
      List<List<JsonNode>> found;
      try {
        found = path.find(object);
      } catch (JsonPathException e) {
        throw ClientException.error(String.valueOf(e.getMessage()));
      }
      if (found.isEmpty() || found.getFirst().isEmpty()) {
        return false;
      }
      if (found.size() > 1) {
        throw ClientException.error("given jsonpath expression matches more than one list");
      }
      if (found.getFirst().size() > 1) {
        throw ClientException.error("given jsonpath expression matches more than one value");
      }
      if (value.isEmpty()) {
        return true;
      }
      JsonNode only = found.getFirst().getFirst();
      if (only.isContainerNode()) {
        throw ClientException.error(
            "jsonpath leads to a nested object or list which is not supported");
      }
      return GoText.of(only).strip().equals(value.strip());
    }
  }

  /**
   * Reads a value of {@code --for}.
   *
   * @throws ClientException in kubectl's words
   */
  static Expectation parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.equals("delete")) {
      return new Deleted();
    }
    if (lower.equals("create")) {
      return new Created();
    }
    if (text.startsWith("condition=")) {
      String[] pair = text.substring("condition=".length()).split("=", 2);
      return new Condition(pair[0], pair.length == 2 ? pair[1] : "true");
    }
    if (text.startsWith("jsonpath=")) {
      return path(text.substring("jsonpath=".length()));
    }
    throw ClientException.error("unrecognized condition: \"" + text + "\"");
  }

  private static Path path(String text) {
    List<String> parts = split(text);
    if (parts.size() > 2) {
      throw ClientException.error(
          "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or"
              + " --for=jsonpath='{.status.readyReplicas}'");
    }
    if (parts.getFirst().isEmpty()) {
      throw ClientException.error("jsonpath expression cannot be empty");
    }
    String value = parts.size() == 2 ? parts.get(1).replaceAll("^['\"]+|['\"]+$", "") : "";
    if (parts.size() == 2 && value.isEmpty()) {
      throw ClientException.error(
          "jsonpath wait has to have a value after equal sign, like"
              + " --for=jsonpath='{.status.readyReplicas}'=3");
    }
    try {
      return new Path(JsonPath.parseRelaxed(parts.getFirst()), value);
    } catch (JsonPathException e) {
      throw ClientException.error(String.valueOf(e.getMessage()));
    }
  }

  /** At single equals signs; double ones belong to the expression. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("==", i)) {
        part.append("==");
        i++;
      } else if (text.charAt(i) == '=') {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(text.charAt(i));
      }
    }
    parts.add(part.toString());
    return parts;
  }
}
