package dev.wherry.machinery.client;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;

/**
 * An object of any kind of which only the metadata is of interest ({@code PartialObjectMetadata}):
 * what the garbage collector and namespace deletion work with, custom resources included. For
 * reading, patching and deleting only: an update would lose the rest of the object.
 */
public record MetadataObject(ObjectMeta metadata, Kind<MetadataObject> kind) implements KubeObject {

  /** The metadata view on a kind. */
  public static Kind<MetadataObject> of(KindInfo info) {
    KindHolder holder = new KindHolder();
    Kind<MetadataObject> kind =
        new Kind<>(
            info,
            MetadataObject.class,
            p -> new MetadataObject(read(p), holder.kind()),
            MetadataObject::write);
    holder.kind = kind;
    return kind;
  }

  private static ObjectMeta read(JsonParser p) throws IOException {
    if (p.currentToken() != JsonToken.START_OBJECT) {
      throw new DecodeException("an object was expected");
    }
    ObjectMeta metadata = ObjectMeta.EMPTY;
    while (p.nextToken() != JsonToken.END_OBJECT) {
      String field = p.currentName();
      if (p.nextToken() == JsonToken.START_OBJECT && field.equals("metadata")) {
        metadata = ObjectMeta.read(p);
      } else {
        p.skipChildren();
      }
    }
    return metadata;
  }

  private static void write(MetadataObject object, JsonGenerator g) throws IOException {
    g.writeStartObject();
    g.writeStringField("apiVersion", object.kind.info().apiVersion());
    g.writeStringField("kind", object.kind.info().kind());
    g.writeFieldName("metadata");
    object.metadata.write(g);
    g.writeEndObject();
  }

  /** The codec needs the kind that is made of it. */
  private static final class KindHolder {
    private @org.jspecify.annotations.Nullable Kind<MetadataObject> kind;

    Kind<MetadataObject> kind() {
      return java.util.Objects.requireNonNull(kind);
    }
  }
}
