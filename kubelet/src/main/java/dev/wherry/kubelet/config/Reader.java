package dev.wherry.kubelet.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.image.GoDurations;
import dev.wherry.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Fields of a tree, by type; what is wrong is collected and reads as missing. */
final class Reader {
  private final JsonNode tree;
  private final List<String> problems;

  Reader(JsonNode tree, List<String> problems) {
    this.tree = tree;
    this.problems = problems;
  }

  void wrong(String field, String why) {
    problems.add(field + ": " + why);
  }

  private Optional<JsonNode> value(String field) {
    JsonNode value = tree.path(field);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  boolean has(String field) {
    return value(field).isPresent();
  }

  Optional<String> text(String field) {
    Optional<JsonNode> value = value(field);
    if (value.isPresent() && !value.get().isTextual()) {
      wrong(field, "must be a string");
      return Optional.empty();
    }
    return value.map(JsonNode::asText).filter(text -> !text.isEmpty());
  }

  OptionalLong number(String field, long min, long max) {
    Optional<JsonNode> value = value(field);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!value.get().isIntegralNumber()
        || value.get().asLong() < min
        || value.get().asLong() > max) {
      wrong(field, "must be a whole number from " + min + " to " + max);
      return OptionalLong.empty();
    }
    return OptionalLong.of(value.get().asLong());
  }

  Optional<Boolean> flag(String field) {
    Optional<JsonNode> value = value(field);
    if (value.isPresent() && !value.get().isBoolean()) {
      wrong(field, "must be true or false");
      return Optional.empty();
    }
    return value.map(JsonNode::asBoolean);
  }

  Optional<Duration> duration(String field) {
    return text(field).flatMap(text -> duration(field, text)).filter(d -> !d.isZero());
  }

  Optional<Duration> duration(String field, String text) {
    Optional<Duration> duration = GoDurations.parse(text);
    if (duration.isEmpty() || duration.get().isNegative()) {
      wrong(field, "\"" + text + "\" is no duration; write 30s, 5m or 1h30m");
      return Optional.empty();
    }
    return duration;
  }

  Optional<Quantity> quantity(String field, String text) {
    try {
      Quantity quantity = Quantity.parse(text);
      if (quantity.signum() >= 0) {
        return Optional.of(quantity);
      }
    } catch (IllegalArgumentException e) {
      // Said below with the field's name.
    }
    wrong(field, "\"" + text + "\" is no quantity");
    return Optional.empty();
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value(field).filter(this::isList).orElse(tree.path(""))) {
      if (item.isTextual()) {
        texts.add(item.asText());
      } else {
        wrong(field, "must be a list of strings");
      }
    }
    if (value(field).filter(v -> !isList(v)).isPresent()) {
      wrong(field, "must be a list of strings");
    }
    return texts;
  }

  private boolean isList(JsonNode value) {
    return value.isArray();
  }

  /** A map of strings, in its order. */
  Map<String, String> map(String field) {
    Map<String, String> map = new LinkedHashMap<>();
    Optional<JsonNode> value = value(field);
    if (value.isPresent() && !value.get().isObject()) {
      wrong(field, "must be a map of strings");
      return map;
    }
    value.ifPresent(v ->
        v.properties()
            .forEach(entry -> {
              if (entry.getValue().isTextual()) {
                map.put(entry.getKey(), entry.getValue().asText());
              } else {
                wrong(field + "[" + entry.getKey() + "]", "must be a string");
              }
            }));
    return map;
  }

  /** The raw value; for what others decode. */
  Optional<JsonNode> raw(String field) {
    return value(field);
  }
}
