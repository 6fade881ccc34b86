package dev.wherry.apiserver.cache;

import dev.wherry.apiserver.view.Resource;

/** Where objects stand in the store: {@code /registry/GROUP/PLURAL/NAMESPACE/NAME}. */
public final class StoreKeys {
  /** Before every object's key. */
  public static final String PREFIX = "/registry/";

  /** Behind every object's key. */
  public static final String END = "/registry0";

  private static final String CORE = "core";
  private static final String NO_NAMESPACE = "-";

  private StoreKeys() {}

  /** A key taken apart. */
  public record Parsed(Resource resource, String namespace, String name) {
    /** {@code namespace/name}, or the name alone. */
    public String cacheKey() {
      return StoreKeys.cacheKey(namespace, name);
    }
  }

  public static String key(Resource resource, String namespace, String name) {
    return prefix(resource) + (namespace.isEmpty() ? NO_NAMESPACE : namespace) + "/" + name;
  }

  /** Before the keys of all objects of a resource. */
  public static String prefix(Resource resource) {
    return PREFIX
        + (resource.group().isEmpty() ? CORE : resource.group())
        + "/"
        + resource.name()
        + "/";
  }

  public static String cacheKey(String namespace, String name) {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  public static Parsed parse(String key) {
    String[] parts = key.split("/", 6);
    if (parts.length != 6) {
      throw new IllegalArgumentException("no object's key: " + key);
    }
    return new Parsed(
        new Resource(parts[2].equals(CORE) ? "" : parts[2], parts[3]),
        parts[4].equals(NO_NAMESPACE) ? "" : parts[4],
        parts[5]);
  }
}
