package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a value fits its type, with every complaint. */
public final class TypeCheck {
  private final List<String> complaints = new ArrayList<>();

  private TypeCheck() {}

  /**
   * @throws MergeException with one complaint, or with all of them, a line each
   */
  public static void require(MergeType type, JsonNode value) {
    TypeCheck check = new TypeCheck();
    check.value(type, value, "");
    if (!check.complaints.isEmpty()) {
      throw new MergeException(
          check.complaints.size() == 1
              ? check.complaints.getFirst()
              : "errors:\n  " + String.join("\n  ", check.complaints));
    }
  }

  private void complain(String path, String what) {
    complaints.add(path.isEmpty() ? what : path + ": " + what);
  }

  private void value(MergeType type, JsonNode value, String path) {
    switch (type.form(value)) {
      case SCALAR -> scalar(type.scalar(), value, path);
      case LIST -> {
        if (value.isArray()) {
          list(type, value, path);
        } else if (!value.isNull()) {
          complain(path, "expected list, got " + shown(value));
        }
      }
      case MAP -> {
        if (value.isObject()) {
          map(type, value, path);
        } else if (!value.isNull()) {
          complain(path, "expected map, got " + shown(value));
        }
      }
      case INVALID -> complain(path, "schema error: invalid atom: inlined");
    }
  }

  private void map(MergeType type, JsonNode value, String path) {
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      String at = path + "." + field.getKey();
      MergeType child = type.field(field.getKey());
      if (child == MergeType.UNDECLARED) {
        complain(at, "field not declared in schema");
        return;
      }
      value(child, field.getValue(), at);
    }
  }

  private void list(MergeType type, JsonNode value, String path) {
    Set<PathElement> seen = new HashSet<>();
    for (int i = 0; i < value.size(); i++) {
      PathElement element = new PathElement.Index(i);
      if (!type.isAtomicList()) {
        try {
          element = ListKeys.of(type, value.get(i));
        } catch (MergeException e) {
          complain(path, "element " + i + ": " + e.getMessage());
          return;
        }
        if (!seen.add(element)) {
          complain(path, "duplicate entries for key " + element);
        }
      }
      value(type.item(), value.get(i), path + element);
    }
  }

  private void scalar(MergeType.Scalar scalar, JsonNode value, String path) {
    boolean fits =
        value.isNull()
            || switch (scalar) {
              case NUMERIC -> value.isNumber();
              case STRING -> value.isTextual();
              case BOOLEAN -> value.isBoolean();
              case UNTYPED -> MergeType.isScalar(value);
              case NONE -> false;
            };
    if (!fits) {
      complain(
          path,
          switch (scalar) {
            case NUMERIC -> "expected numeric (int or float), got " + goType(value);
            case STRING ->
                "expected string, got &value.valueUnstructured{Value:" + shown(value) + "}";
            case BOOLEAN -> "expected boolean, got " + shown(value);
            case UNTYPED, NONE -> "expected any scalar, got " + shown(value);
          });
    }
  }

  private static String goType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "bool";
      case ARRAY -> "[]interface {}";
      default -> "map[string]interface {}";
    };
  }

  private static String shown(JsonNode value) {
    return value.isValueNode() ? value.toString() : "&{" + value + "}";
  }
}
