package dev.wherry.cli.client.gotemplate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.GoText;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Values as a template sees them: String, Boolean, Long for whole numbers, Double for others,
 * JsonNode for lists and maps.
 */
final class Values {
  /** Go's nil, which JSON calls null. */
  static final Object NIL = new Object();

  /** What a key leads to that is not there. */
  static final Object MISSING = new Object();

  private Values() {}

  static Object of(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> node.textValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
      case ARRAY, OBJECT -> node;
      case NULL, BINARY, POJO -> NIL;
      case MISSING -> MISSING;
    };
  }

  /** Whether it counts as true: what is there and not empty. */
  static boolean truth(Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case String text -> !text.isEmpty();
      case Double number -> number != 0;
      case Long number -> number != 0;
      case JsonNode tree -> !tree.isEmpty();
      default -> false;
    };
  }

  /** As {@code %v} prints it. */
  static String text(Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Long number -> number.toString();
      case Double number -> number(number);
      case JsonNode tree -> GoText.of(tree);
      default -> value == NIL ? "<nil>" : "<no value>";
    };
  }

  private static String number(double number) {
    boolean plain = number == 0 || (Math.abs(number) >= 1e-4 && Math.abs(number) < 1e21);
    return plain
        ? new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString()
        : Double.toString(number).replaceFirst("\\.0E", "e").replaceFirst("E", "e");
  }

  /** Go's name of its type. */
  static String type(Object value) {
    return switch (value) {
      case String _ -> "string";
      case Boolean _ -> "bool";
      case Long _ -> "int64";
      case Double _ -> "float64";
      case JsonNode tree -> tree.isArray() ? "[]interface {}" : "map[string]interface {}";
      default -> "<nil>";
    };
  }

  /** Whether two values of one basic type are the same. */
  static boolean same(Object a, Object b) {
    if (a == NIL || b == NIL || a == MISSING || b == MISSING) {
      return (a == NIL || a == MISSING) && (b == NIL || b == MISSING);
    }
    comparable(a, b);
    return Objects.equals(a, b);
  }

  static int compare(Object a, Object b) {
    comparable(a, b);
    return switch (a) {
      case String text -> text.compareTo((String) b);
      case Double number -> number.compareTo((Double) b);
      case Long number -> number.compareTo((Long) b);
      default -> throw new GoTemplateException("invalid type for comparison");
    };
  }

  private static void comparable(Object a, Object b) {
    if (a instanceof JsonNode || b instanceof JsonNode) {
      throw new GoTemplateException("invalid type for comparison");
    }
    if (!a.getClass().equals(b.getClass())) {
      throw new GoTemplateException("incompatible types for comparison");
    }
  }

  /** What a range goes through: places or keys, and what is there. */
  static Map<Object, Object> items(Object over) {
    Map<Object, Object> items = new LinkedHashMap<>();
    if (over instanceof JsonNode list && list.isArray()) {
      for (int i = 0; i < list.size(); i++) {
        items.put((long) i, Values.of(list.get(i)));
      }
    } else if (over instanceof JsonNode map) {
      TreeMap<String, Object> sorted = new TreeMap<>();
      map.properties().forEach(one -> sorted.put(one.getKey(), Values.of(one.getValue())));
      items.putAll(sorted);
    } else if (over instanceof Long count) {
      for (long i = 0; i < count; i++) {
        items.put(i, i);
      }
    } else if (over != Values.NIL && over != Values.MISSING) {
      throw new GoTemplateException("range can't iterate over " + Values.text(over));
    }
    return items;
  }
}
