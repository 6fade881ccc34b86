package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON Patch, RFC 6902, with the library's habits that Kubernetes clients see: negative list
 * indices count from the end and a failed operation rejects the whole patch with 422.
 */
public final class JsonPatch {
  /** Operations in one patch; upstream's limit for PATCH requests. */
  public static final int OPERATIONS_MAX = 10_000;

  /**
   * Bytes that all copy operations of one patch may add; upstream's limit is the request body's, 3
   * MiB.
   */
  static final long COPIED_BYTES_MAX = 3L * 1024 * 1024;

  private JsonPatch() {}

  /**
   * Applies the operations of {@code patch} in order and returns the new object; neither argument
   * changes.
   *
   * @throws PatchException MALFORMED for a wrong document, TOO_MANY_OPERATIONS above {@link
   *     #OPERATIONS_MAX}, DOES_NOT_APPLY for a missing path, an index out of range, a failed test,
   *     or a result that is no object
   */
  public static ObjectNode apply(ObjectNode target, JsonNode patch) {
    List<Operation> operations = parse(patch);
    Document document = new Document(target.deepCopy());
    for (Operation operation : operations) {
      document.apply(operation);
    }
    if (document.root instanceof ObjectNode result) {
      return result;
    }
    throw PatchException.doesNotApply("the patched document is not a JSON object");
  }

  private static List<Operation> parse(JsonNode patch) {
    if (!(patch instanceof ArrayNode array)) {
      throw PatchException.malformed(
          "a JSON patch must be a JSON array of operations, got " + patch.getNodeType());
    }
    if (array.size() > OPERATIONS_MAX) {
      throw PatchException.tooManyOperations(array.size());
    }
    List<Operation> operations = new ArrayList<>(array.size());
    for (JsonNode node : array) {
      operations.add(Operation.parse(node));
    }
    return operations;
  }

  private sealed interface Operation {
    record Add(PointerPath path, JsonNode value) implements Operation {}

    record Remove(PointerPath path) implements Operation {}

    record Replace(PointerPath path, JsonNode value) implements Operation {}

    record Move(PointerPath from, PointerPath path) implements Operation {}

    record Copy(PointerPath from, PointerPath path) implements Operation {}

    record Test(PointerPath path, JsonNode value) implements Operation {}

    static Operation parse(JsonNode node) {
      if (!node.isObject()) {
        throw PatchException.malformed(
            "a JSON patch operation must be a JSON object, got " + node.getNodeType());
      }
      String op = text(node, "op");
      PointerPath path = PointerPath.parse(text(node, "path"));
      return switch (op) {
        case "add" -> new Add(path, value(node, op));
        case "remove" -> new Remove(path);
        case "replace" -> new Replace(path, value(node, op));
        case "move" -> new Move(PointerPath.parse(text(node, "from")), path);
        case "copy" -> new Copy(PointerPath.parse(text(node, "from")), path);
        case "test" -> new Test(path, value(node, op));
        default -> throw PatchException.doesNotApply("Unexpected kind: " + op);
      };
    }

    private static String text(JsonNode node, String field) {
      JsonNode value = node.get(field);
      if (value == null || !value.isTextual()) {
        throw PatchException.malformed(
            "JSON patch operation: %s must be a string: %s".formatted(field, node));
      }
      return value.textValue();
    }

    private static JsonNode value(JsonNode node, String op) {
      JsonNode value = node.get("value");
      if (value == null) {
        throw PatchException.malformed(
            "JSON patch operation: %s needs a value: %s".formatted(op, node));
      }
      return value;
    }
  }

  /** The tree being patched; every change is made in place on a copy that no one else sees. */
  private static final class Document {
    private JsonNode root;
    private long copiedBytes;

    Document(JsonNode root) {
      this.root = root;
    }

    void apply(Operation operation) {
      switch (operation) {
        case Operation.Add(PointerPath path, JsonNode value) -> add(path, value.deepCopy(), "add");
        case Operation.Remove(PointerPath path) -> remove(path, "remove");
        case Operation.Replace(PointerPath path, JsonNode value) -> replace(path, value.deepCopy());
        case Operation.Move(PointerPath from, PointerPath path) -> {
          if (path.isBelow(from)) {
            throw PatchException.doesNotApply(
                "move operation does not apply: " + path + " lies below " + from);
          }
          add(path, remove(from, "move"), "move");
        }
        case Operation.Copy(PointerPath from, PointerPath path) -> {
          JsonNode copy = from.find(root, "copy").deepCopy();
          copiedBytes += copy.toString().length();
          if (copiedBytes > COPIED_BYTES_MAX) {
            throw PatchException.doesNotApply(
                "Unable to complete the copy, the accumulated size increase of copy is %d, exceeding the limit %d"
                    .formatted(copiedBytes, COPIED_BYTES_MAX));
          }
          add(path, copy, "copy");
        }
        case Operation.Test(PointerPath path, JsonNode value) -> test(path, value);
      }
    }

    private void test(PointerPath path, JsonNode value) {
      JsonNode found = path.findOrMissing(root);
      // A missing value equals null, as in the library that upstream uses.
      boolean equal = found.isMissingNode() ? value.isNull() : JsonEquality.same(found, value);
      if (!equal) {
        throw PatchException.doesNotApply("testing value %s failed: test failed".formatted(path));
      }
    }

    private void add(PointerPath path, JsonNode value, String op) {
      if (path.isRoot()) {
        root = value;
        return;
      }
      switch (path.parent().find(root, op)) {
        case ObjectNode object -> object.set(path.last(), value);
        case ArrayNode array -> array.insert(path.insertionIndex(array, op), value);
        default -> throw path.missing(op);
      }
    }

    private void replace(PointerPath path, JsonNode value) {
      if (path.isRoot()) {
        root = value;
        return;
      }
      switch (path.parent().find(root, "replace")) {
        case ObjectNode object when object.has(path.last()) -> object.set(path.last(), value);
        case ArrayNode array -> array.set(path.elementIndex(array, "replace"), value);
        default ->
            throw PatchException.doesNotApply(
                "replace operation does not apply: doc is missing key: %s: missing value"
                    .formatted(path));
      }
    }

    private JsonNode remove(PointerPath path, String op) {
      if (path.isRoot()) {
        throw PatchException.doesNotApply(
            op + " operation does not apply: the whole document cannot be removed");
      }
      return switch (path.parent().find(root, op)) {
        case ObjectNode object -> {
          JsonNode removed = object.remove(path.last());
          if (removed == null) {
            throw PatchException.doesNotApply(
                "%s operation does not apply: doc is missing key: %s: missing value"
                    .formatted(op, path));
          }
          yield removed;
        }
        case ArrayNode array -> array.remove(path.elementIndex(array, op));
        default -> throw path.missing(op);
      };
    }
  }
}
