package dev.wherry.model.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON Pointer (RFC 6901), its segments unescaped, able to walk a tree and to say what it misses.
 */
record PointerPath(List<String> segments) {
  /** Segments of one pointer; deeper than any JSON body that is accepted. */
  static final int SEGMENTS_MAX = 1_000;

  static PointerPath parse(String text) {
    if (text.isEmpty()) {
      return new PointerPath(List.of());
    }
    if (text.charAt(0) != '/') {
      throw PatchException.malformed("JSON pointer must be empty or start with '/': " + text);
    }
    List<String> segments = new ArrayList<>();
    int start = 1;
    while (start <= text.length()) {
      int end = text.indexOf('/', start);
      int stop = end < 0 ? text.length() : end;
      segments.add(unescape(text.substring(start, stop)));
      start = stop + 1;
    }
    if (segments.size() > SEGMENTS_MAX) {
      throw PatchException.malformed(
          "JSON pointer has more than %d segments".formatted(SEGMENTS_MAX));
    }
    return new PointerPath(List.copyOf(segments));
  }

  private static String unescape(String segment) {
    return segment.replace("~1", "/").replace("~0", "~");
  }

  boolean isRoot() {
    return segments.isEmpty();
  }

  PointerPath parent() {
    return new PointerPath(segments.subList(0, segments.size() - 1));
  }

  String last() {
    return segments.getLast();
  }

  boolean isBelow(PointerPath other) {
    return segments.size() > other.segments.size()
        && segments.subList(0, other.segments.size()).equals(other.segments);
  }

  JsonNode find(JsonNode root, String op) {
    JsonNode found = findOrMissing(root);
    if (found.isMissingNode()) {
      throw missing(op);
    }
    return found;
  }

  JsonNode findOrMissing(JsonNode root) {
    JsonNode node = root;
    for (String segment : segments) {
      node =
          switch (node) {
            case ObjectNode object -> object.path(segment);
            case ArrayNode array -> {
              int index = parseIndex(segment, array.size());
              yield index < 0 ? MissingNode.getInstance() : array.path(index);
            }
            default -> MissingNode.getInstance();
          };
    }
    return node;
  }

  /** Where {@code add} inserts into {@code array}: an index, "-" for the end. */
  int insertionIndex(ArrayNode array, String op) {
    if (last().equals("-")) {
      return array.size();
    }
    int index = parseIndex(last(), array.size() + 1);
    if (index < 0 || index > array.size()) {
      throw outOfRange(op);
    }
    return index;
  }

  int elementIndex(ArrayNode array, String op) {
    int index = parseIndex(last(), array.size());
    if (index < 0 || index >= array.size()) {
      throw outOfRange(op);
    }
    return index;
  }

  /** The index that {@code segment} means in a list of {@code size}, or -1 when it is none. */
  private static int parseIndex(String segment, int size) {
    if (!segment.matches("-?(0|[1-9][0-9]{0,8})")) {
      return -1;
    }
    int index = Integer.parseInt(segment);
    return index < 0 ? Math.max(index + size, -1) : index;
  }

  PatchException missing(String op) {
    return PatchException.doesNotApply(
        "%s operation does not apply: doc is missing path: \"%s\": missing value"
            .formatted(op, this));
  }

  private PatchException outOfRange(String op) {
    return PatchException.doesNotApply(
        "%s operation does not apply: doc is missing path: \"%s\": Unable to access invalid index: %s: invalid index referenced"
            .formatted(op, this, last()));
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    segments.forEach(s -> out.append('/').append(s.replace("~", "~0").replace("/", "~1")));
    return out.toString();
  }
}
