package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * What is added to the taints of a node and what is taken away (kubectl pkg/cmd/taint).
 *
 * @param removed an effect of "" means all effects of the key
 */
record Taints(List<Taint> added, List<Taint> removed) {
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");
  private static final Pattern VALUE =
      Pattern.compile("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
  private static final Pattern KEY =
      Pattern.compile("([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
  private static final int VALUE_CHARS_MAX = 63;

  Taints {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
  }

  /** One taint. */
  record Taint(String key, String value, String effect) {
    boolean like(JsonNode other) {
      return key.equals(other.path("key").asText())
          && effect.equals(other.path("effect").asText(""));
    }

    String text() {
      if (effect.isEmpty()) {
        return key + (value.isEmpty() ? "" : "=" + value + ":");
      }
      return key + (value.isEmpty() ? "" : "=" + value) + ":" + effect;
    }

    ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("effect", effect).put("key", key);
      if (!value.isEmpty()) {
        json.put("value", value);
      }
      return json;
    }
  }

  /** The new taints of a node and what to call the change. */
  record Outcome(ArrayNode taints, String done) {}

  /**
   * Reads {@code key=value:effect} and {@code key:effect-}.
   *
   * @throws ClientException in kubectl's words
   */
  static Taints parse(List<String> words) {
    List<Taint> added = new ArrayList<>();
    List<Taint> removed = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String word : words) {
      if (word.endsWith("-")) {
        Taint taint = taint(word.substring(0, word.length() - 1));
        removed.add(new Taint(taint.key(), "", taint.effect()));
        continue;
      }
      Taint taint = taint(word);
      if (taint.effect().isEmpty()) {
        throw ClientException.error("invalid taint spec: " + word);
      }
      if (!seen.add(taint.key() + ":" + taint.effect())) {
        throw ClientException.error(
            "duplicated taints with the same key and effect: {%s %s %s <nil>}"
                .formatted(taint.key(), taint.value(), taint.effect()));
      }
      added.add(taint);
    }
    return new Taints(added, removed);
  }

  private static Taint taint(String word) {
    String[] parts = word.split(":", -1);
    String[] pair = parts[0].split("=", -1);
    boolean tooMany = parts.length > 2 || parts.length == 2 && pair.length > 2;
    if (tooMany) {
      throw ClientException.error("invalid taint spec: " + word);
    }
    String effect = parts.length == 2 ? parts[1] : "";
    if (parts.length == 2 && !EFFECTS.contains(effect)) {
      throw ClientException.error("invalid taint effect: " + effect + ", unsupported taint effect");
    }
    String key = parts.length == 2 ? pair[0] : parts[0];
    String value = parts.length == 2 && pair.length == 2 ? pair[1] : "";
    if (value.length() > VALUE_CHARS_MAX || !VALUE.matcher(value).matches()) {
      throw ClientException.error(
          "invalid taint spec: "
              + word
              + ", a valid label must be an empty string or consist of alphanumeric characters,"
              + " '-', '_' or '.', and must start and end with an alphanumeric character (e.g."
              + " 'MyValue',  or 'my_value',  or '12345', regex used for validation is '"
              + VALUE.pattern()
              + "')");
    }
    if (!KEY.matcher(key).matches()) {
      throw ClientException.error(
          "invalid taint spec: "
              + word
              + ", name part must consist of alphanumeric characters, '-', '_' or '.', and must"
              + " start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
              + " '123-abc', regex used for validation is"
              + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return new Taint(key, value, effect);
  }

  /** Keys that are both added and removed, as a message lists them; "" for none. */
  String contradictions() {
    StringJoiner both = new StringJoiner(", ");
    for (Taint add : added) {
      for (Taint remove : removed) {
        boolean same = remove.effect().isEmpty() || remove.effect().equals(add.effect());
        if (add.key().equals(remove.key()) && same) {
          both.add(remove.key() + "=" + remove.effect());
        }
      }
    }
    return both.toString();
  }

  /** Keys that the node has already with the same effect, separated by commas; "" for none. */
  String present(JsonNode taints) {
    StringJoiner keys = new StringJoiner(",");
    for (Taint add : added) {
      for (JsonNode old : taints) {
        if (add.like(old)) {
          keys.add(add.key());
        }
      }
    }
    return keys.toString();
  }

  /**
   * The taints of a node afterwards: new ones first.
   *
   * @throws ClientException when something to remove is not there
   */
  Outcome apply(JsonNode before, boolean overwrite) {
    List<JsonNode> taints = new ArrayList<>();
    added.forEach(taint -> taints.add(taint.json()));
    for (JsonNode old : before) {
      if (added.stream().noneMatch(taint -> taint.like(old))) {
        taints.add(old);
      }
    }
    boolean grown = taints.size() != before.size();
    boolean shrunk = false;
    StringJoiner missing = new StringJoiner("\n");
    for (Taint gone : removed) {
      shrunk =
          taints.removeIf(taint ->
              gone.effect().isEmpty()
                  ? gone.key().equals(taint.path("key").asText())
                  : gone.like(taint));
      if (!shrunk) {
        missing.add("taint \"" + gone.text() + "\" not found");
      }
    }
    if (missing.length() > 0) {
      throw ClientException.error(missing.toString());
    }
    String done = grown && shrunk || overwrite ? "modified" : grown ? "tainted" : "untainted";
    return new Outcome(Json.array().addAll(taints), done);
  }
}
