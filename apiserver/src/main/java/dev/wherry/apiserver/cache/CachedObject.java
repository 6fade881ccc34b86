package dev.wherry.apiserver.cache;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.Schema;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object. The bytes are what clients get and are never changed; everything else
 * is read from them once, when it is first asked for.
 */
@SuppressWarnings("Immutable")
public final class CachedObject {
  /** One for all: most objects are never decoded. */
  private static final Reference<?> NONE = new WeakReference<>(null);

  private final String key;
  private final String namespace;
  private final String name;
  private final long revision;
  private final byte[] bytes;
  private volatile @Nullable Map<String, String> labels;
  private volatile Reference<@Nullable KubeObject> typed = none();
  private volatile Reference<@Nullable MetadataObject> metadata = none();
  private volatile Reference<@Nullable ObjectNode> tree = none();
  private volatile Map<String, String> fields = Map.of();
  private boolean retired;

  CachedObject(String key, String namespace, String name, long revision, byte[] bytes) {
    this.key = key;
    this.namespace = namespace;
    this.name = name;
    this.revision = revision;
    this.bytes = bytes;
  }

  /** {@code namespace/name}, or the name where there is no namespace: the order of lists. */
  public String key() {
    return key;
  }

  public String namespace() {
    return namespace;
  }

  public String name() {
    return name;
  }

  public long revision() {
    return revision;
  }

  /** The object's JSON with its resourceVersion; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** The same version of the object in another form. */
  public CachedObject withBytes(byte[] otherBytes) {
    return new CachedObject(key, namespace, name, revision, otherBytes);
  }

  /** The same object as it is told under another revision. */
  CachedObject at(long otherRevision) {
    return new CachedObject(
        key, namespace, name, otherRevision, ObjectBytes.at(bytes, otherRevision));
  }

  /** A new tree that the caller may change; without the nulls that clients see (decision 0601). */
  public ObjectNode tree() {
    ObjectNode read = (ObjectNode) Json.parse(bytes);
    NullFields.drop(Schema.builtin(), read);
    return read;
  }

  /** The tree that all readers share: not to be changed. */
  public ObjectNode sharedTree() {
    ObjectNode known = tree.get();
    if (known == null) {
      known = tree();
      hold(known);
    }
    return known;
  }

  private synchronized void hold(ObjectNode form) {
    tree = held(form);
  }

  public Map<String, String> labels() {
    Map<String, String> known = labels;
    if (known == null) {
      known = FieldReader.labels(bytes);
      labels = known;
    }
    return known;
  }

  /**
   * A field by its path: {@code spec.nodeName}; "" where the object has none. Of several paths
   * parted by {@code |} the first that is not empty.
   */
  public String field(String path) {
    return switch (path) {
      case "metadata.name" -> name;
      case "metadata.namespace" -> namespace;
      default -> {
        String known = fields.get(path);
        yield known == null ? readField(path) : known;
      }
    };
  }

  /** Few paths are ever asked for, each by many watchers. */
  private synchronized String readField(String path) {
    String value = "";
    for (String place : path.split("\\|")) {
      value = value.isEmpty() ? FieldReader.read(bytes, place) : value;
    }
    Map<String, String> more = new HashMap<>(fields);
    more.put(path, value);
    fields = Map.copyOf(more);
    return value;
  }

  /**
   * The typed form, decoded at most once while anybody needs it and memory lasts. A kind of
   * metadata only shares the metadata of the whole form.
   */
  @SuppressWarnings("unchecked") // Filed under its own kind.
  public <T extends KubeObject> T typed(Kind<T> kind) {
    KubeObject known = typed.get();
    if (known != null && known.kind() == kind) {
      return (T) known;
    }
    return kind.type() == MetadataObject.class
        ? (T) metadataOnly((Kind<MetadataObject>) kind)
        : decoded(kind);
  }

  @SuppressWarnings("unchecked") // Filed under its own kind.
  private synchronized <T extends KubeObject> T decoded(Kind<T> kind) {
    KubeObject known = typed.get();
    if (known == null || known.kind() != kind) {
      known = kind.decode(bytes);
      typed = held(known);
    }
    return (T) known;
  }

  private synchronized MetadataObject metadataOnly(Kind<MetadataObject> kind) {
    MetadataObject known = metadata.get();
    if (known != null && known.kind() == kind) {
      return known;
    }
    KubeObject whole = typed.get();
    if (known != null) {
      known = new MetadataObject(known.metadata(), kind);
    } else if (whole != null) {
      known = new MetadataObject(whole.metadata(), kind);
    } else {
      known = kind.decode(bytes);
    }
    metadata = held(known);
    return known;
  }

  private <T> Reference<@Nullable T> held(T form) {
    return retired ? new WeakReference<>(form) : new SoftReference<>(form);
  }

  /** A newer version took its place: its decoded forms stay only with those who hold them. */
  synchronized void retire() {
    retired = true;
    typed = weak(typed.get());
    metadata = weak(metadata.get());
    tree = weak(tree.get());
  }

  private static <T> Reference<@Nullable T> weak(@Nullable T form) {
    return form == null ? none() : new WeakReference<>(form);
  }

  @SuppressWarnings("unchecked") // It never holds anything.
  private static <T> Reference<@Nullable T> none() {
    return (Reference<@Nullable T>) NONE;
  }
}
