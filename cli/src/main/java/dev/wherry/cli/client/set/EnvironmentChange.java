package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Variables to set and to remove.
 *
 * @param set each with a name, and a value or where it comes from
 */
record EnvironmentChange(List<ObjectNode> set, List<String> removed) {
  /** Any printable sign but "=" (apimachinery IsRelaxedEnvVarName). */
  private static final Pattern NAME = Pattern.compile("[\\x20-\\x3c\\x3e-\\x7e]+");

  /**
   * Reads {@code KEY=VALUE} and {@code KEY-}; a "-" stands for lines.
   *
   * @param lines of the standard input
   */
  static EnvironmentChange parse(List<String> words, List<String> lines) {
    List<ObjectNode> set = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<String> all = new ArrayList<>();
    words.forEach(word -> {
      if (word.equals("-")) {
        all.addAll(lines);
      } else {
        all.add(word);
      }
    });
    for (String word : all) {
      int equals = word.indexOf('=');
      if (equals >= 0) {
        String name = word.substring(0, equals);
        if (!NAME.matcher(name).matches()) {
          throw ClientException.error(
              "\""
                  + name
                  + "\" is not a valid key name: a valid environment variable name must"
                  + " consist only of printable ASCII characters other than '='");
        }
        names.add(name);
        set.add(variable(name).put("value", word.substring(equals + 1)));
      } else if (word.endsWith("-")) {
        removed.add(word.substring(0, word.length() - 1));
      } else {
        throw ClientException.error("unknown environment variable: " + word);
      }
    }
    if (removed.stream().anyMatch(names::contains)) {
      throw ClientException.error(
          "can not both modify and remove the same environment variable in the same command");
    }
    return new EnvironmentChange(set, removed);
  }

  static ObjectNode variable(String name) {
    return Json.object().put("name", name);
  }

  boolean isEmpty() {
    return set.isEmpty() && removed.isEmpty();
  }

  /** Variables that are there keep their place; new ones come last. */
  ArrayNode apply(JsonNode before) {
    ArrayNode after = Json.array();
    Set<String> covered = new HashSet<>(removed);
    for (JsonNode old : before) {
      String name = old.path("name").asText();
      if (covered.contains(name)) {
        continue;
      }
      ObjectNode newer =
          set.stream()
              .filter(one -> one.path("name").asText().equals(name))
              .findFirst()
              .orElse(null);
      if (newer != null) {
        covered.add(name);
      }
      after.add(newer == null ? old : newer.deepCopy());
    }
    for (ObjectNode one : set) {
      if (covered.add(one.path("name").asText())) {
        after.add(one.deepCopy());
      }
    }
    return after;
  }

  /** Refuses to give a variable that is there another value. */
  void refuseOverwriting(JsonNode before) {
    for (JsonNode old : before) {
      for (ObjectNode one : set) {
        boolean same = one.path("name").equals(old.path("name"));
        if (same && !one.path("value").asText("").equals(old.path("value").asText(""))) {
          throw ClientException.verbatim(
              "'%s' already has a value (%s), and --overwrite is false"
                  .formatted(old.path("name").asText(), old.path("value").asText("")));
        }
      }
    }
  }
}
