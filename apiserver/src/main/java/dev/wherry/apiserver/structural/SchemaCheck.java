package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Validates values against compiled schemas, with ratcheting: what was wrong before and has not
 * changed is let through (KEP-4008).
 */
public final class SchemaCheck {
  private SchemaCheck() {}

  /**
   * The mistakes of a value.
   *
   * @param path of the value; "" for an object
   * @param old the stored value for ratcheting, null on create
   */
  public static List<Problem> check(
      JsonNode value, Structural schema, String path, @Nullable JsonNode old) {
    return value(value, schema, path, old == null ? null : new Correlation(old)).problems();
  }

  private static Verdict value(
      JsonNode value, Structural schema, String path, @Nullable Correlation old) {
    Verdict verdict = new Verdict();
    type(value, schema, path, verdict);
    if (!value.isNull()) {
      alternatives(value, schema, path, old, verdict);
      switch (value.getNodeType()) {
        case STRING -> ScalarCheck.text(value, schema, path, verdict);
        case NUMBER -> ScalarCheck.number(value, schema, path, verdict);
        case ARRAY -> list((ArrayNode) value, schema, path, old, verdict);
        case OBJECT -> object((ObjectNode) value, schema, path, old, verdict);
        default -> {}
      }
    }
    enumeration(value, schema, path, verdict);
    verdict.match();
    return !verdict.good() && old != null && old.isSame(value) ? new Verdict() : verdict;
  }

  private static void type(JsonNode value, Structural schema, String path, Verdict verdict) {
    String wanted = schema.intOrString() ? "integer,string" : schema.type();
    if (wanted.isEmpty()) {
      return;
    }
    String found = nameOf(value);
    boolean fits =
        switch (found) {
          case "null" -> schema.nullable();
          case "integer" ->
              schema.intOrString() || wanted.equals("integer") || wanted.equals("number");
          case "number" ->
              wanted.equals("number")
                  || ((wanted.equals("integer") || schema.intOrString()) && Numbers.isWhole(value));
          case "string" -> schema.intOrString() || wanted.equals("string");
          default -> wanted.equals(found);
        };
    if (fits) {
      verdict.match();
    } else {
      verdict.wrongType(path, wanted, found);
    }
  }

  private static String nameOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "object";
      case ARRAY -> "array";
      case STRING -> "string";
      case BOOLEAN -> "boolean";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      default -> "null";
    };
  }

  private static void alternatives(
      JsonNode value, Structural schema, String path, @Nullable Correlation old, Verdict verdict) {
    Validations rules = schema.validations();
    if (!rules.anyOf().isEmpty()) {
      anyOf(value, rules.anyOf(), path, verdict);
    }
    if (!rules.oneOf().isEmpty()) {
      oneOf(value, rules.oneOf(), path, verdict);
    }
    if (!rules.allOf().isEmpty()) {
      allOf(value, rules.allOf(), path, verdict);
    }
    Structural not = rules.not();
    if (not != null && value(value, not, path, null).good()) {
      verdict.composite(Verdict.quote(path) + " must not validate the schema (not)");
    }
  }

  private static void anyOf(
      JsonNode value, List<Structural> schemas, String path, Verdict verdict) {
    Verdict best = new Verdict();
    boolean first = true;
    for (Structural schema : schemas) {
      Verdict one = value(value, schema, path, null);
      if (one.good()) {
        verdict.merge(one);
        return;
      }
      if (first || one.matches() > best.matches()) {
        best = one;
        first = false;
      }
    }
    verdict.composite(Verdict.quote(path) + " must validate at least one schema (anyOf)");
    verdict.merge(best);
  }

  private static void oneOf(
      JsonNode value, List<Structural> schemas, String path, Verdict verdict) {
    Verdict best = new Verdict();
    int valid = 0;
    for (int i = 0; i < schemas.size(); i++) {
      Verdict one = value(value, schemas.get(i), path, null);
      if (one.good()) {
        valid++;
        best = new Verdict();
      } else if (valid == 0 && (i == 0 || one.matches() > best.matches())) {
        best = one;
      }
    }
    if (valid != 1) {
      String count = valid == 0 ? "Found none valid" : "Found " + valid + " valid alternatives";
      verdict.composite(
          Verdict.quote(path) + " must validate one and only one schema (oneOf). " + count);
      verdict.merge(best);
    }
  }

  private static void allOf(
      JsonNode value, List<Structural> schemas, String path, Verdict verdict) {
    int valid = 0;
    for (Structural schema : schemas) {
      Verdict one = value(value, schema, path, null);
      valid += one.good() ? 1 : 0;
      verdict.merge(one);
    }
    if (valid != schemas.size()) {
      String none = valid == 0 ? ". None validated" : "";
      verdict.composite(Verdict.quote(path) + " must validate all the schemas (allOf)" + none);
    }
  }

  private static void list(
      ArrayNode list, Structural schema, String path, @Nullable Correlation old, Verdict verdict) {
    Validations rules = schema.validations();
    Structural item = schema.item();
    if (item != null) {
      for (int i = 0; i < list.size(); i++) {
        JsonNode element = list.get(i);
        Correlation before = old == null ? null : Correlation.item(old, schema, element);
        verdict.merge(value(element, item, path + "[" + i + "]", before));
      }
    }
    if (list.size() < rules.minItems()) {
      verdict.invalid(path, count(list), "should have at least " + rules.minItems() + " items");
    }
    if (rules.maxItems() >= 0 && list.size() > rules.maxItems()) {
      verdict.tooMany(path, list.size(), rules.maxItems());
    }
    if (rules.uniqueItems() && new java.util.HashSet<JsonNode>(listed(list)).size() < list.size()) {
      verdict.invalid(path, list, "shouldn't contain duplicates");
    }
    verdict.match();
  }

  private static List<JsonNode> listed(ArrayNode list) {
    List<JsonNode> items = new java.util.ArrayList<>(list.size());
    list.forEach(items::add);
    return items;
  }

  private static JsonNode count(JsonNode container) {
    return com.fasterxml.jackson.databind.node.IntNode.valueOf(container.size());
  }

  private static void object(
      ObjectNode object,
      Structural schema,
      String path,
      @Nullable Correlation old,
      Verdict verdict) {
    Validations rules = schema.validations();
    if (object.size() < rules.minProperties()) {
      verdict.invalid(
          path, count(object), "should have at least " + rules.minProperties() + " properties");
    }
    if (rules.maxProperties() >= 0 && object.size() > rules.maxProperties()) {
      verdict.tooMany(path, object.size(), rules.maxProperties());
    }
    for (Map.Entry<String, JsonNode> e : object.properties()) {
      String name = e.getKey();
      Structural field = schema.field(name);
      if (field != null) {
        String at =
            path.isEmpty() && schema.properties().containsKey(name) ? name : path + "." + name;
        Correlation before = old == null ? null : Correlation.field(old, schema, name);
        verdict.merge(value(e.getValue(), field, at, before));
      } else if (schema.closed()) {
        verdict.invalid(path, Json.text(name), "is a forbidden property");
      }
    }
    for (String name : rules.required()) {
      if (!object.has(name)) {
        verdict.required(path + "." + name);
      }
    }
    verdict.match();
  }

  private static void enumeration(JsonNode value, Structural schema, String path, Verdict verdict) {
    List<JsonNode> allowed = schema.validations().enumeration();
    if (allowed.isEmpty()) {
      return;
    }
    for (JsonNode one : allowed) {
      boolean equal =
          one.isNumber() && value.isNumber()
              ? one.decimalValue().compareTo(value.decimalValue()) == 0
              : one.equals(value);
      if (equal) {
        return;
      }
    }
    verdict.unsupported(path, value, allowed);
  }
}
