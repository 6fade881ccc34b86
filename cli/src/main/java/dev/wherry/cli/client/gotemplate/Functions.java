package dev.wherry.cli.client.gotemplate;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** The functions of text/template, and the two that kubectl adds. */
final class Functions {
  static final Set<String> NAMES =
      Set.of(
          "and",
          "or",
          "not",
          "index",
          "slice",
          "len",
          "print",
          "printf",
          "println",
          "html",
          "js",
          "urlquery",
          "eq",
          "ne",
          "lt",
          "le",
          "gt",
          "ge",
          "exists",
          "base64decode");

  private Functions() {}

  /** {@code and} and {@code or} are not among these: they leave out what does not matter. */
  static Object call(String name, List<Object> values) {
    try {
      return apply(name, values);
    } catch (IndexOutOfBoundsException | ClassCastException e) {
      throw new GoTemplateException("wrong number or type of args for " + name);
    }
  }

  private static Object apply(String name, List<Object> values) {
    return switch (name) {
      case "not" -> !Values.truth(values.getFirst());
      case "index" -> index(values);
      case "slice" -> slice(values);
      case "len" -> length(values.getFirst());
      case "print" -> print(values);
      case "println" -> String.join(" ", values.stream().map(Values::text).toList()) + "\n";
      case "printf" -> GoFormat.of((String) values.getFirst(), values.subList(1, values.size()));
      case "html" -> html(print(values));
      case "js" -> js(print(values));
      case "urlquery" -> URLEncoder.encode(print(values), StandardCharsets.UTF_8);
      case "eq" -> equal(values);
      case "ne" -> !Values.same(values.get(0), values.get(1));
      case "lt" -> Values.compare(values.get(0), values.get(1)) < 0;
      case "le" -> Values.compare(values.get(0), values.get(1)) <= 0;
      case "gt" -> Values.compare(values.get(0), values.get(1)) > 0;
      case "ge" -> Values.compare(values.get(0), values.get(1)) >= 0;
      case "exists" -> exists(values);
      case "base64decode" -> decoded((String) values.getFirst());
      default -> throw new GoTemplateException("function \"" + name + "\" not defined");
    };
  }

  private static boolean equal(List<Object> values) {
    if (values.size() < 2) {
      throw new GoTemplateException("missing argument for comparison");
    }
    for (Object other : values.subList(1, values.size())) {
      if (Values.same(values.getFirst(), other)) {
        return true;
      }
    }
    return false;
  }

  /** With spaces between values of which neither is a text. */
  private static String print(List<Object> values) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      boolean apart =
          i > 0 && !(values.get(i) instanceof String) && !(values.get(i - 1) instanceof String);
      out.append(apart ? " " : "").append(Values.text(values.get(i)));
    }
    return out.toString();
  }

  private static Object index(List<Object> values) {
    Object at = values.getFirst();
    for (Object key : values.subList(1, values.size())) {
      if (at == Values.NIL || at == Values.MISSING) {
        throw new GoTemplateException("error calling index: index of untyped nil");
      }
      if (!(at instanceof JsonNode tree)) {
        throw new GoTemplateException(
            "error calling index: can't index item of type " + Values.type(at));
      }
      if (tree.isArray()) {
        int place = place(key);
        if (place < 0 || place >= tree.size()) {
          throw new GoTemplateException("error calling index: reflect: slice index out of range");
        }
        at = Values.of(tree.get(place));
      } else {
        at = Values.of(tree.path((String) key));
      }
    }
    return at;
  }

  private static int place(Object key) {
    return switch (key) {
      case Long number -> Math.toIntExact(number);
      default ->
          throw new GoTemplateException(
              "error calling index: cannot index slice/array with type " + Values.type(key));
    };
  }

  private static Object slice(List<Object> values) {
    Object whole = values.getFirst();
    int from = values.size() > 1 ? place(values.get(1)) : 0;
    if (whole instanceof String text) {
      return text.substring(from, values.size() > 2 ? place(values.get(2)) : text.length());
    }
    JsonNode list = (JsonNode) whole;
    int to = values.size() > 2 ? place(values.get(2)) : list.size();
    var part = dev.wherry.model.json.Json.array();
    for (int i = from; i < to; i++) {
      part.add(list.get(i));
    }
    return part;
  }

  private static Object length(Object value) {
    return switch (value) {
      case String text -> (long) text.getBytes(StandardCharsets.UTF_8).length;
      case JsonNode tree -> (long) tree.size();
      default ->
          throw new GoTemplateException(
              value == Values.NIL || value == Values.MISSING
                  ? "error calling len: len of nil pointer"
                  : "error calling len: len of type " + Values.type(value));
    };
  }

  /** Whether a path of keys leads to something. */
  private static boolean exists(List<Object> values) {
    Object at = values.getFirst();
    for (Object key : values.subList(1, values.size())) {
      if (!(at instanceof JsonNode tree)) {
        return false;
      }
      at =
          key instanceof String name
              ? Values.of(tree.path(name))
              : Values.of(tree.path(place(key)));
      if (at == Values.MISSING) {
        return false;
      }
    }
    return true;
  }

  private static String decoded(String text) {
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new GoTemplateException(
          "error calling base64decode: base64 decode failed: " + e.getMessage());
    }
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private static String js(String text) {
    return text.replace("\\", "\\\\")
        .replace("'", "\\'")
        .replace("\"", "\\\"")
        .replace("<", "\\u003C")
        .replace(">", "\\u003E")
        .replace("&", "\\u0026")
        .replace("=", "\\u003D");
  }
}
