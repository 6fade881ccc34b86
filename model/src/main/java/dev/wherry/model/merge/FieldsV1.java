package dev.wherry.model.merge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The JSON form of a set of fields: nested objects whose keys are elements, with {@code "."} where
 * a parent of members is a member too (structured-merge-diff fieldpath, version 1).
 */
public final class FieldsV1 {
  private static final String SELF = ".";

  private FieldsV1() {}

  public static byte[] write(FieldSet set) {
    StringBuilder text = new StringBuilder(512);
    write(set, false, text);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(FieldSet set, boolean self, StringBuilder text) {
    text.append('{');
    if (self && !set.isEmpty()) {
      text.append("\".\":{}");
    }
    for (int i = 0; i < set.width(); i++) {
      if (text.charAt(text.length() - 1) != '{') {
        text.append(',');
      }
      string(set.element(i).serialized(), text);
      text.append(':');
      write(set.below(i), set.member(i), text);
    }
    text.append('}');
  }

  private static void string(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append("\\u00").append(Character.forDigit(c >> 4, 16));
        text.append(Character.forDigit(c & 15, 16));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  /**
   * Elements of unknown kinds are left out.
   *
   * @throws MergeException when the bytes are no such set
   */
  public static FieldSet read(byte[] bytes) {
    try (JsonParser parser = Json.FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MergeException("a set of fields has to be an object");
      }
      FieldSet set = read(parser).below();
      if (parser.nextToken() != null) {
        throw new MergeException("unexpected data behind a set of fields");
      }
      return set;
    } catch (IOException e) {
      throw new MergeException("error decoding set: " + e.getMessage());
    }
  }

  private record Read(FieldSet below, boolean self) {}

  private static Read read(JsonParser p) throws IOException {
    FieldSet.Sorted found = new FieldSet.Sorted(4);
    boolean self = false;
    while (p.nextToken() != JsonToken.END_OBJECT) {
      String key = p.currentName();
      if (p.nextToken() != JsonToken.START_OBJECT) {
        if (p.currentToken() != JsonToken.VALUE_NULL) {
          throw new MergeException("error decoding set: " + key + " has to be an object");
        }
        continue;
      }
      if (key.equals(SELF)) {
        self = true;
        p.skipChildren();
        continue;
      }
      Optional<PathElement> element = PathElement.parse(key);
      if (element.isEmpty()) {
        p.skipChildren();
        continue;
      }
      Read child = read(p);
      found.insert(element.get(), child.self(), child.below());
    }
    FieldSet below = found.toSet();
    return new Read(below, self || below.isEmpty());
  }
}
