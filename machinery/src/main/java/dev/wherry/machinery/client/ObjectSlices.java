package dev.wherry.machinery.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ListMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts the objects out of lists and watch events, so that each is decoded from its own bytes. */
final class ObjectSlices {
  private ObjectSlices() {}

  static <T extends KubeObject> ListResult<T> list(Kind<T> kind, byte[] json) {
    List<T> items = new ArrayList<>();
    ListMeta meta = ListMeta.EMPTY;
    try (JsonParser p = Json.FACTORY.createParser(json)) {
      p.nextToken();
      while (p.nextToken() == JsonToken.FIELD_NAME) {
        String field = p.currentName();
        JsonToken token = p.nextToken();
        if (field.equals("metadata") && token == JsonToken.START_OBJECT) {
          meta = ListMeta.read(p);
        } else if (field.equals("items") && token == JsonToken.START_ARRAY) {
          while (p.nextToken() != JsonToken.END_ARRAY) {
            items.add(kind.decode(slice(p, json)));
          }
        } else {
          p.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new DecodeException(kind + " list: " + e.getMessage(), e);
    }
    Long remaining = meta.remainingItemCount();
    return new ListResult<>(
        items, meta.resourceVersion(), meta.continueToken(), remaining == null ? -1 : remaining);
  }

  /**
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   * @param object the object's JSON
   */
  record RawEvent(String type, byte[] object) {}

  static RawEvent event(byte[] line) {
    String type = "";
    byte[] object = new byte[0];
    try (JsonParser p = Json.FACTORY.createParser(line)) {
      p.nextToken();
      while (p.nextToken() == JsonToken.FIELD_NAME) {
        String field = p.currentName();
        JsonToken token = p.nextToken();
        if (field.equals("type")) {
          type = p.getText();
        } else if (field.equals("object") && token == JsonToken.START_OBJECT) {
          object = slice(p, line);
        } else {
          p.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new DecodeException("watch event: " + e.getMessage(), e);
    }
    return new RawEvent(type, object);
  }

  private static byte[] slice(JsonParser p, byte[] json) throws IOException {
    int start = (int) p.currentTokenLocation().getByteOffset();
    p.skipChildren();
    int end = (int) p.currentTokenLocation().getByteOffset() + 1;
    return Arrays.copyOfRange(json, start, end);
  }
}
