package dev.wherry.network.trees;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An object of a kind that is defined in the cluster, as a tree. Nobody changes the tree.
 *
 * @param tree all of it
 */
public record TreeObject(Kind<TreeObject> kind, ObjectMeta metadata, ObjectNode tree)
    implements KubeObject {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A kind whose objects are trees. */
  public static Kind<TreeObject> kind(KindInfo info) {
    Holder holder = new Holder();
    Kind<TreeObject> kind =
        new Kind<>(info, TreeObject.class, p -> read(holder, p), (o, g) -> write(o, g));
    holder.kind = kind;
    return kind;
  }

  private static TreeObject read(Holder holder, JsonParser p) throws IOException {
    Kind<TreeObject> kind = java.util.Objects.requireNonNull(holder.kind);
    if (!(MAPPER.readTree(p) instanceof ObjectNode tree)) {
      throw new DecodeException("an object was expected");
    }
    try (JsonParser meta = MAPPER.treeAsTokens(tree.withObject("/metadata"))) {
      meta.nextToken();
      return new TreeObject(kind, ObjectMeta.read(meta), tree);
    }
  }

  private static void write(TreeObject object, JsonGenerator g) throws IOException {
    MAPPER.writeTree(g, object.tree);
  }

  public JsonNode spec() {
    return tree.path("spec");
  }

  public JsonNode status() {
    return tree.path("status");
  }

  /** 0 where it has none. */
  public long generation() {
    Long generation = metadata.generation();
    return generation == null ? 0 : generation;
  }

  /** The codec needs the kind that is made of it. */
  private static final class Holder {
    private @Nullable Kind<TreeObject> kind;
  }
}
