package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Quantities by the name of what they are of, in the order of names. */
record Amounts(Map<String, Quantity> byName) {
  static final Amounts NONE = new Amounts(Map.of());

  Amounts {
    byName = java.util.Collections.unmodifiableMap(new TreeMap<>(byName));
  }

  static Amounts read(JsonNode tree) {
    Map<String, Quantity> amounts = new TreeMap<>();
    tree.properties().forEach(e -> amounts.put(e.getKey(), Quantity.parse(e.getValue().asText())));
    return new Amounts(amounts);
  }

  static Amounts one(String... names) {
    Map<String, Quantity> amounts = new TreeMap<>();
    for (String name : names) {
      amounts.put(name, Quantity.of(1));
    }
    return new Amounts(amounts);
  }

  Amounts plus(Amounts other) {
    Map<String, Quantity> sum = new TreeMap<>(byName);
    other.byName.forEach((name, amount) -> sum.merge(name, amount, Quantity::plus));
    return new Amounts(sum);
  }

  /** The greater amount of each name. */
  Amounts max(Amounts other) {
    Map<String, Quantity> most = new TreeMap<>(byName);
    other.byName.forEach(
        (name, amount) -> most.merge(name, amount, (a, b) -> a.compareTo(b) >= 0 ? a : b));
    return new Amounts(most);
  }

  /** What is more here than there; nothing less than zero. */
  Amounts above(Amounts other) {
    Map<String, Quantity> more = new TreeMap<>();
    byName.forEach((name, amount) -> {
      Quantity rest = amount.minus(other.byName.getOrDefault(name, Quantity.ZERO));
      if (rest.signum() > 0) {
        more.put(name, rest);
      }
    });
    return new Amounts(more);
  }

  /** Only those of the given names. */
  Amounts only(Collection<String> names) {
    Map<String, Quantity> some = new TreeMap<>();
    byName.forEach((name, amount) -> {
      if (names.contains(name)) {
        some.put(name, amount);
      }
    });
    return new Amounts(some);
  }

  /** Of each of the given names; what there is nothing of is zero. */
  Amounts each(Collection<String> names) {
    Map<String, Quantity> all = new TreeMap<>();
    names.forEach(name -> all.put(name, byName.getOrDefault(name, Quantity.ZERO)));
    return new Amounts(all);
  }

  /** Names of which there is more here than there. */
  List<String> exceeding(Amounts limits) {
    List<String> names = new ArrayList<>();
    byName.forEach((name, amount) -> {
      Quantity limit = limits.byName.get(name);
      if (limit != null && amount.compareTo(limit) > 0) {
        names.add(name);
      }
    });
    return names;
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object();
    byName.forEach((name, amount) -> json.put(name, amount.toString()));
    return json;
  }

  /** {@code cpu=1,memory=2Gi}. */
  @Override
  public String toString() {
    return String.join(
        ",", byName.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }
}
